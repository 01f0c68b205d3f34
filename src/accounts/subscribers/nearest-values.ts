import { COUNTRIES } from '../../tables/countries.ts';
import { countries, languages, spelledAs, timeZones, type AllowedValues } from './allowed-values.ts';
import { zonesLike } from './time-zone-rules.ts';

/** How many a message names. */
const NAMED_MAX = 5;

/**
 * The allowed time zones that could be meant instead of a wrong one: those with the same hours all year, of the same
 * part of the world first; for no zone at all those that are spelled alike.
 *
 * @param now whose year counts: rules of time zones change
 */
export function nearestTimeZones(value: string, now: Date): string[] {
  const alike = zonesLike(value, [...timeZones.values()], now.getUTCFullYear());
  const area = `${value.split('/')[0] ?? ''}/`.toLowerCase();
  const isNear = (zone: string) => zone.toLowerCase().startsWith(area);
  const sorted = [...alike.filter(isNear).toSorted(), ...alike.filter((zone) => !isNear(zone)).toSorted()];
  const near = sorted.filter(isNear);
  return (near.length > 0 ? near : sorted.length > 0 ? sorted : spelledAlike(value, PLAIN_ZONES)).slice(
    0,
    NAMED_MAX,
  );
}

/** Languages that are known under more than one code: the two written forms of Norwegian, and outdated codes. */
const SAME_LANGUAGE: Record<string, string> = { nb: 'no', nn: 'no' };

/** The allowed languages that could be meant: the same language elsewhere, else what is spoken in the same country. */
export function nearestLanguages(value: string): string[] {
  const [given = '', country = ''] = value.toLowerCase().split(/[-_]/);
  const language = SAME_LANGUAGE[given] ?? given;
  const exact = spelledAs(languages, `${language}_${country}`);
  if (exact) return [exact];
  const all = [...languages];
  const same = all.filter(([folded]) => folded.startsWith(`${language}_`));
  const there = all.filter(([folded]) => country !== '' && folded.endsWith(`_${country}`));
  const found = (same.length > 0 ? same : there).map(([, spelled]) => spelled);
  return found.length > 0 ? found.slice(0, NAMED_MAX) : spelledAlike(value, PLAIN_LANGUAGES);
}

/** The country code that could be meant: an outdated or numeric code, or the name itself, is known. */
export function nearestCountries(value: string): string[] {
  const named = COUNTRIES.find(({ name }) => name.toLowerCase() === value.trim().toLowerCase())?.code;
  const code = named ?? spelledAs(countries, regionOf(value.trim()));
  return code ? [code] : [];
}

/** e.g. GB for UK; '' where the Unicode data knows no such region. */
function regionOf(text: string): string {
  try {
    return new Intl.Locale(`und-${text}`).region ?? '';
  } catch {
    return '';
  }
}

/** A slip of the keyboard is no more than so many characters. */
const SLIPS_MAX = 2;
/** What is longer than any allowed value by more than that needs no look. */
const COMPARED_MAX = 40;

/** What stays of a value when its spelling counts least. */
const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
const plainForms = (values: AllowedValues) =>
  [...values.values()].map((value) => [plain(value), value] as const);
const PLAIN_ZONES = plainForms(timeZones);
const PLAIN_LANGUAGES = plainForms(languages);

function spelledAlike(value: string, values: readonly (readonly [string, string])[]): string[] {
  if (value.length > COMPARED_MAX) return [];
  const wanted = plain(value);
  if (wanted.length <= 2 * SLIPS_MAX) return [];
  const distances = values.map(([form, spelled]) => [slips(form, wanted), spelled] as const);
  const nearest = Math.min(...distances.map(([distance]) => distance));
  if (nearest > SLIPS_MAX) return [];
  return distances.filter(([distance]) => distance === nearest).map(([, spelled]) => spelled);
}

/** Levenshtein distance: characters to be added, taken out or replaced. Infinity where there are too many. */
function slips(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > SLIPS_MAX) return Infinity;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 0; at < one.length; at += 1) {
    const next = [at + 1];
    for (let index = 1; index <= other.length; index += 1) {
      const replaced = (row[index - 1] ?? 0) + (one[at] === other[index - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[index] ?? 0) + 1, (next[index - 1] ?? 0) + 1));
    }
    // It never becomes less from row to row.
    if (Math.min(...next) > SLIPS_MAX) return Infinity;
    row = next;
  }
  return row[other.length] ?? Infinity;
}
