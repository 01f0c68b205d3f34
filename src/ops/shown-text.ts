/** Control characters, and those that turn the direction of a text, hide in it or end its line. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Names come from anybody: shown as they are, they could rewrite the operator's screen. Also fit for JSON. */
export function escapeHidden(text: string): string {
  return text.replaceAll(HIDDEN, (character) =>
    Array.from(
      { length: character.length },
      (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** In quotes, so that it shows where a name begins and ends, and blanks in it. */
export function quoted(text: string): string {
  return `"${escapeHidden(text).replaceAll('"', String.raw`\u0022`)}"`;
}

/** What the two above show, typed or pasted back. */
export function unescapeHidden(text: string): string {
  return text.replaceAll(/\\u([0-9a-f]{4})/giu, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}
