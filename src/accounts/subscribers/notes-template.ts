import { languages, spelledAs } from './allowed-values.ts';
import type { NotesMail, NotesTemplate } from './organisation.ts';

/** Removes the forms file of a subscriber (Update only). */
export const DELETE_FORMS = '<delete>';

/** What an organisation has approved and loaded. */
export interface TemplateCatalogue {
  templates: ReadonlyMap<string, NotesTemplate>;
  formsFiles: ReadonlySet<string>;
}

export type ChosenTemplate = Pick<NotesMail, 'template' | 'version' | 'locale' | 'forms'>;

/** Which part of the value is wrong, and what there is in its place. */
export interface TemplateProblem {
  problem: 'parts' | 'name' | 'name-missing' | 'version' | 'locale' | 'forms' | 'nothing-to-delete';
  /** The part, or the whole value where a part is missing or too many. */
  value: string;
  /** Name of the template; '' where the value names none. */
  template: string;
  /** What the organisation has: templates, versions, locales or forms files. */
  known: string[];
}

/**
 * Reads a notesTemplate value, `name[,version[,locale[,forms]]]` (rule 9.1), against what the organisation has.
 * An empty name keeps the template that `stored` has; `<delete>` is understood only where there is something stored.
 *
 * @param language of the account: stands in for an empty locale
 * @param stored what an existing Notes mail user has; null for a new one
 * @returns the choice, or the part that is unknown (result code 1055)
 */
export function chooseTemplate(
  catalogue: TemplateCatalogue,
  text: string,
  language: string,
  stored: NotesMail | null,
): ChosenTemplate | TemplateProblem {
  const [name = '', version = '', locale = '', forms = '', ...surplus] = text
    .split(',')
    .map((part) => part.trim());
  const templates = [...catalogue.templates.keys()];
  if (surplus.length > 0) return { problem: 'parts', value: text, template: name, known: templates };
  if (!name && !(stored && (version || locale || forms)))
    return { problem: 'name-missing', value: text, template: '', known: templates };
  const template = catalogue.templates.get(name || (stored?.template ?? ''));
  if (!template && (name || version || locale)) {
    const problem = name ? 'name' : 'name-missing';
    return { problem, value: name || text, template: name, known: templates };
  }
  const chosenForms = chooseForms(catalogue, forms, stored);
  if (chosenForms === undefined) {
    const problem = forms === DELETE_FORMS ? 'nothing-to-delete' : 'forms';
    return { problem, value: forms, template: name, known: [...catalogue.formsFiles] };
  }
  if (!template || (!name && !version && !locale))
    return { ...(stored ?? { template: null, version: null, locale: null }), forms: chosenForms };
  return chooseEdition(template, version, locale, language, chosenForms);
}

function chooseEdition(
  template: NotesTemplate,
  version: string,
  locale: string,
  language: string,
  forms: string | null,
): ChosenTemplate | TemplateProblem {
  const { versions, locales } = template;
  if (version && !versions.includes(version))
    return { problem: 'version', value: version, template: template.name, known: [...versions] };
  const chosenLocale = chooseLocale(locales, locale, language);
  if (chosenLocale === undefined)
    return { problem: 'locale', value: locale || language, template: template.name, known: [...locales] };
  return {
    template: template.name,
    version: version || newest(template.versions),
    locale: chosenLocale || null,
    forms,
  };
}

/**
 * In any letter case; stored as languages.csv spells it. A template that is loaded without a list of locales serves
 * every account language. undefined: refused.
 */
function chooseLocale(locales: readonly string[], locale: string, language: string): string | undefined {
  const wanted = locale || language;
  const listed = locales.find((one) => one.toLowerCase() === wanted.toLowerCase());
  if (listed === undefined && (locale || locales.length > 0)) return undefined;
  return spelledAs(languages, wanted) ?? listed ?? wanted;
}

/** undefined: refused. Leaving the part out does not remove a forms file. */
function chooseForms(
  { formsFiles }: TemplateCatalogue,
  forms: string,
  stored: NotesMail | null,
): string | null | undefined {
  if (!forms) return stored?.forms ?? null;
  if (forms === DELETE_FORMS) return stored ? null : undefined;
  return formsFiles.has(forms) ? forms : undefined;
}

/** Versions compare number by number: 8.5.10 is newer than 8.5.3. */
function newest(versions: readonly string[]): string | null {
  const collator = new Intl.Collator('en', { numeric: true });
  return versions.toSorted((a, b) => collator.compare(a, b)).at(-1) ?? null;
}
