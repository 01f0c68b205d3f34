import type { Refusal } from '../../change-file/result-code.ts';
import { listed, value, type Sentence } from '../sentence.ts';

const FAILED = 'Validation of a Notes attribute failed: notesTemplate';
const FORM = 'name,version,locale,forms file';

const template = ({ other }: Refusal) => other || 'the template';

/** Of code 1055: which part of notesTemplate is wrong (rule 9.1), and what there is in its place. */
export const templateValues = {
  'template-parts': (r) => `${FAILED} ${value(r)} has more than four parts. Use ${FORM}.`,
  'template-name': (r) => `${FAILED} contains the unknown template ${value(r)}. Use ${listed(r)}.`,
  'template-name-missing': (r) =>
    `${FAILED} ${value(r)} has no template name. The name can only be left out on Update, for a subscriber who already has a template. Use ${FORM}; the templates are ${listed(r)}.`,
  'template-version': (r) =>
    `${FAILED} contains the unknown version ${value(r)} of ${template(r)}. Use ${listed(r)}.`,
  'template-locale': (r) =>
    `${FAILED} contains the locale ${value(r)}, which ${template(r)} does not have. Use ${listed(r)}.`,
  'template-forms': (r) => `${FAILED} contains the unknown forms file ${value(r)}. Use ${listed(r)}.`,
  'template-nothing-to-delete': (r) =>
    `${FAILED} contains ${value(r)}, but the subscriber is new to Notes mail and has no forms file to remove. Leave that part out.`,
} satisfies Record<string, Sentence>;
