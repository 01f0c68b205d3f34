/** Where a line is folded: what other programs use (RFC 2849, note 10). */
const LINE_MAX = 76;

/** What may stand after the colon as it is (RFC 2849); a blank at the end is not, because editors lose it. */
const SAFE = /^(?![ :<])[\t\x20-\x7e]*(?<! )$/;

/** One line, in base64 where its value demands it, folded where it is long. */
export function ldifLine(attribute: string, value: string): string {
  const line = SAFE.test(value)
    ? `${attribute}: ${value}`.trimEnd()
    : `${attribute}:: ${Buffer.from(value).toString('base64')}`;
  return `${fold(line)}\n`;
}

/** A record of these lines, with the empty line that ends it. */
export function ldifRecord(lines: readonly (readonly [attribute: string, value: string])[]): string {
  return `${lines.map(([attribute, value]) => ldifLine(attribute, value)).join('')}\n`;
}

function fold(line: string): string {
  if (line.length <= LINE_MAX) return line;
  const pieces = [line.slice(0, LINE_MAX)];
  for (let at = LINE_MAX; at < line.length; at += LINE_MAX - 1)
    pieces.push(line.slice(at, at + LINE_MAX - 1));
  return pieces.join('\n ');
}
