/** How files spell what is true and what is not: the booleans of user-values.csv, for all kinds. */
import { USER_VALUES } from '../tables/user-values.ts';

export function foldWord(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** Folded spelling → what it means. */
export function spellings(kind: (typeof USER_VALUES)[number]['kind']): ReadonlyMap<string, string> {
  return new Map(
    USER_VALUES.filter((row) => row.kind === kind).flatMap(
      ({ canonical, seed_form: danish, also_accepted }) =>
        [canonical, danish, ...also_accepted.split(';')]
          .filter((word) => word !== '')
          .map((word) => [foldWord(word), canonical] as const),
    ),
  );
}

const BOOLEANS = spellings('boolean');

/** @returns undefined where the text is neither */
export function booleanOf(text: string): boolean | undefined {
  const canonical = BOOLEANS.get(foldWord(text));
  return canonical === undefined ? undefined : canonical === 'TRUE';
}
