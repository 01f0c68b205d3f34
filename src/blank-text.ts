/**
 * White space, format characters, and those that are drawn as nothing (U+2800 is a Braille cell without dots): who types
 * only these has given nothing.
 */
const BLANK = /^[\p{White_Space}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/** Whether a value only looks given. */
export function isBlankText(text: string): boolean {
  return BLANK.test(text);
}
