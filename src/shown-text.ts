/**
 * The one place that decides how text from outside is shown: in reports, status files, logs and on an operator's
 * terminal. Whatever is invisible or moves the cursor appears as `\uXXXX`.
 */

/** Control and format characters, line and paragraph separators, every space but the blank, halves of a surrogate pair. */
const HIDDEN = /(?! )[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Zs}]/gu;

/** Shown as it is, such text could rewrite a screen, break a line of a report or hide what it says. Also fit for JSON. */
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

/** Several lines, each shown as `escapeHidden` does; for all that a command prints. */
export function shownLines(text: string): string {
  return text.split(/\r?\n/).map(escapeHidden).join('\n');
}
