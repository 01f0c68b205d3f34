import type { NotesMail, NotesTemplate } from './organisation.ts';

/** Removes the forms file of a subscriber (Update only). */
export const DELETE_FORMS = '<delete>';

/** What an organisation has approved and loaded. */
export interface TemplateCatalogue {
  templates: ReadonlyMap<string, NotesTemplate>;
  formsFiles: ReadonlySet<string>;
}

export type ChosenTemplate = Pick<NotesMail, 'template' | 'version' | 'locale' | 'forms'>;

export type TemplateProblem = { problem: 'parts' | 'name' | 'version' | 'locale' | 'forms'; value: string };

/**
 * Reads a notesTemplate value, `name[,version[,locale[,forms]]]` (chapter 9.1), against what the organisation has.
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
  if (surplus.length > 0) return { problem: 'parts', value: text };
  if (!name && !(stored && (version || locale || forms))) return { problem: 'name', value: name };
  const template = catalogue.templates.get(name || (stored?.template ?? ''));
  if (!template && (name || version || locale)) return { problem: 'name', value: name };
  const chosenForms = chooseForms(catalogue, forms, stored);
  if (chosenForms === undefined) return { problem: 'forms', value: forms };
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
  if (version && !template.versions.includes(version)) return { problem: 'version', value: version };
  // A template that is loaded without a list of locales serves every account language.
  const chosenLocale = locale || language;
  const known = template.locales.includes(chosenLocale) || (!locale && template.locales.length === 0);
  if (!known) return { problem: 'locale', value: chosenLocale };
  return {
    template: template.name,
    version: version || newest(template.versions),
    locale: chosenLocale || null,
    forms,
  };
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
