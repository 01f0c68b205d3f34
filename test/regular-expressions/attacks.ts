/**
 * Long hostile inputs for a regular expression, made from its own parts: a beginning that it likes, a part of it again
 * and again, and an end that it does not like.
 */

export interface Attack {
  head: string;
  pump: string;
  end: string;
}

/** @param length in UTF-16 units, about */
export const attackText = ({ head, pump, end }: Attack, length: number): string =>
  head + pump.repeat(Math.ceil(length / pump.length)) + end;

const PATHS_MAX = 16;
const PUMPED_ATOMS_MAX = 10;
const ENDS = ['', '\0', '!', '\n', 'a', '"'];

export function attacksOn(source: string, flags: string): Attack[] {
  const unicode = /[uv]/.test(flags);
  const attacks = new Map<string, Attack>();
  const add = (head: string, pump: string) => {
    if (pump === '') return;
    for (const end of ENDS) attacks.set(JSON.stringify([head, pump, end]), { head, pump, end });
  };
  for (const path of pathsOf(source)) {
    const samples = path.map((atom) => samplesOf(atom, path, unicode));
    const words = samples.map(([first = '']) => first);
    for (let from = 0; from < words.length; from += 1) {
      const head = words.slice(0, from).join('');
      for (let to = from + 1; to <= Math.min(words.length, from + PUMPED_ATOMS_MAX); to += 1) {
        add('', words.slice(from, to).join(''));
        add(head, words.slice(from, to).join(''));
      }
      for (const other of samples[from] ?? []) {
        add('', other);
        add(head, other);
        add(head + other, other);
      }
    }
  }
  return [...attacks.values()];
}

const CHARACTERS = [...'a0 Z_-.=:/@"\\\t\n\r,;<#[]()+*&?!~', '\0', '\u00a0', '\u200b', '\u00e9', '\ud800'];

/** Characters that an atom takes: an ordinary one first, then what other atoms on the way take too. */
function samplesOf(atom: string, path: readonly string[], unicode: boolean): string[] {
  const literals = path.filter((other) => [...other].length === 1);
  const takes = new RegExp(`^(?:${atom})$`, unicode ? 'u' : '');
  return [...new Set([...CHARACTERS, ...literals])].filter((character) => takes.test(character)).slice(0, 4);
}

/** Every way through the alternatives, up to a bound: the atoms in their order, each taken once. */
function pathsOf(source: string): string[][] {
  const tokens = source.match(TOKEN) ?? [];
  let at = 0;
  const alternatives = (): string[][] => {
    const all: string[][] = [];
    let open: string[][] = [[]];
    for (; at < tokens.length && tokens[at] !== ')'; at += 1) {
      const token = tokens[at] ?? '';
      if (token === '|') {
        all.push(...open);
        open = [[]];
      } else if (token.startsWith('(')) {
        at += 1;
        const inner = alternatives();
        open = open.flatMap((way) => inner.map((more) => [...way, ...more])).slice(0, PATHS_MAX);
      } else if (!NO_ATOM.test(token)) open = open.map((way) => [...way, token]);
    }
    return [...all, ...open];
  };
  return alternatives();
}

const TOKEN =
  /\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\[^]|\[(?:\\[^]|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<\w+>))?|\{\d+(?:,\d*)?\}|[^]/gu;
/** Quantifiers, anchors, references. */
const NO_ATOM = /^(?:[*+?^$]|\{\d.*\}|\\[bBk1-9])$/s;
