/** What the name of an archive tells. Older writers leave out the dot after the date, and take any case. */
const ARCHIVE = /^(\d{4}-\d{2}-\d{2})\.?([A-Za-z0-9_]+)\.txt(?:\.gz)?$/i;

export interface ArchiveName {
  /** `2026-03-04`; null: the name does not tell it */
  date: string | null;
  /** In upper case, and not necessarily a known one. */
  component: string | null;
}

/** @param name without folders */
export function readArchiveName(name: string): ArchiveName {
  const [, date = null, component] = ARCHIVE.exec(name) ?? [];
  return { date, component: component?.toUpperCase() ?? null };
}
