/**
 * White space, format characters, and those that are drawn as nothing (U+2800 is a Braille cell without dots): who types
 * only these has given nothing.
 */
const BLANK = /^[\p{White_Space}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

const [FIRST_VISIBLE, LAST_VISIBLE] = [0x21, 0x7e];

/** Whether a value only looks given. */
export function isBlankText(text: string): boolean {
  // Almost every value begins with a character of ASCII that can be seen: nothing else needs to be looked at.
  const first = text.charCodeAt(0);
  return first >= FIRST_VISIBLE && first <= LAST_VISIBLE ? false : BLANK.test(text);
}
