/** More of a value than this says nothing more to the reader of a report. */
const SHOWN_CHARACTERS_MAX = 200;

/** A value as results keep it: a long one is cut. */
export function cut(text: string): string {
  if (text.length <= SHOWN_CHARACTERS_MAX) return text;
  const start = Array.from(text.slice(0, SHOWN_CHARACTERS_MAX * 2 + 2));
  return start.length <= SHOWN_CHARACTERS_MAX ? text : `${start.slice(0, SHOWN_CHARACTERS_MAX).join('')}…`;
}

/** The name that an entry gives, of its parts. */
export function nameIn(...parts: readonly (string | undefined)[]): string {
  return cut(parts.filter((part) => part !== undefined && part !== '').join(' '));
}

/** One fault a field: the first. */
export function oncePerField<Fault extends { field?: string }>(faults: readonly Fault[]): Fault[] {
  return [...Map.groupBy(faults, ({ field }) => field).values()].flatMap(([first]) => first ?? []);
}
