/**
 * Patterns of names as shells have them: `*` any characters, `?` one, `[a-z]` one of these, `[!a-z]` or `[^a-z]` one of
 * the others. Characters are code points. A `[` without its `]` is itself. There is no
 * escape: no name holds a backslash, and `[*]` is a star.
 */
export interface NamePattern {
  matches(name: string): boolean;
}

/** @returns null where the text holds nothing that makes it a pattern */
export function namePattern(text: string): NamePattern | null {
  if (!/[*?[]/u.test(text)) return null;
  const parts = partsOf([...text]);
  return { matches: (name) => matches(parts, [...name]) };
}

/** 'any': any number of characters; otherwise whether this one character fits. */
type Part = 'any' | ((character: string) => boolean);

function partsOf(characters: string[]): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    const end = character === '[' ? endOfSet(characters, at) : -1;
    if (end !== -1) {
      parts.push(setOf(characters.slice(at + 1, end)));
      at = end;
    } else if (character === '*') {
      if (parts.at(-1) !== 'any') parts.push('any');
    } else if (character === '?') parts.push(() => true);
    else parts.push((other) => other === character);
  }
  return parts;
}

/** A `]` right behind the beginning belongs to the set. @returns -1 where the set has no end */
function endOfSet(characters: string[], start: number): number {
  const first = isNot(characters[start + 1]) ? start + 2 : start + 1;
  return characters.indexOf(']', first + 1);
}

function isNot(character: string | undefined): boolean {
  return character === '!' || character === '^';
}

function setOf(inside: string[]): (character: string) => boolean {
  const inverted = isNot(inside[0]);
  const members = inverted ? inside.slice(1) : inside;
  const ranges: [number, number][] = [];
  for (let at = 0; at < members.length; at += 1) {
    const isRange = members[at + 1] === '-' && at + 2 < members.length;
    const low = codeOf(members[at]);
    ranges.push([low, isRange ? codeOf(members[at + 2]) : low]);
    if (isRange) at += 2;
  }
  return (character) =>
    ranges.some(([low, high]) => low <= codeOf(character) && codeOf(character) <= high) !== inverted;
}

function codeOf(character = ''): number {
  return character.codePointAt(0) ?? 0;
}

/**
 * Goes back to the last `*` alone, which is enough: an earlier one can take nothing that the last cannot. So the steps
 * are at most the product of both lengths, and names and patterns are 255 bytes.
 */
function matches(parts: Part[], name: string[]): boolean {
  let [part, at] = [0, 0];
  let retry: { part: number; at: number } | null = null;
  while (at < name.length) {
    const expected = parts[part];
    if (expected === 'any') {
      retry = { part, at };
      part += 1;
    } else if (expected?.(name[at] ?? '')) {
      part += 1;
      at += 1;
    } else if (retry) {
      retry.at += 1;
      at = retry.at;
      part = retry.part + 1;
    } else return false;
  }
  return parts.slice(part).every((left) => left === 'any');
}
