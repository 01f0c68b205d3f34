import type { Refusal } from '../../change-file/result-code.ts';
import { listed, value, type Sentence } from '../sentence.ts';

const FAILED = 'Validation of a Notes attribute failed: notesTemplate';
const FORM = 'name,version,locale,forms file';

const template = ({ other }: Refusal) => other || 'the template';

/** Of code 1055: which part of notesTemplate is wrong (chapter 9.1), and what there is in its place. */
export const TEMPLATE_SENTENCES: Record<string, Sentence> = {
  'template-parts': (r) => `${FAILED} ${value(r)} has more than four parts. Write ${FORM}.`,
  'template-name': (r) => `${FAILED} names the unknown template ${value(r)}. Use ${listed(r)}.`,
  'template-name-missing': (r) =>
    `${FAILED} ${value(r)} names no template, and here it needs one: a name can be left out on Update only, for a user who has a template. Write ${FORM}; the templates are ${listed(r)}.`,
  'template-version': (r) =>
    `${FAILED} names the unknown version ${value(r)} of ${template(r)}. Its versions: ${listed(r)}.`,
  'template-locale': (r) =>
    `${FAILED} asks for the locale ${value(r)}, which ${template(r)} does not have. Its locales: ${listed(r)}.`,
  'template-forms': (r) => `${FAILED} names the unknown forms file ${value(r)}. Use ${listed(r)}.`,
  'template-nothing-to-delete': (r) =>
    `${FAILED} has ${value(r)} for a user who is new to Notes mail: there is no forms file to remove. Leave that part out.`,
};
