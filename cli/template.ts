import { OperatorFault } from '../src/fault.ts';
import { commands } from '../src/messages/en/commands.ts';
import { quoted } from '../src/shown-text.ts';
import { USER_COLUMNS } from '../src/tables/user-columns.ts';
import type { Command } from './command.ts';

const words = commands.template;

/** Files to begin with, by the type in their names. */
const TEMPLATES: ReadonlyMap<string, () => string> = new Map([['USERS', usersTemplate]]);

const TYPES = [...TEMPLATES.keys()].join(', ');

export const template: Command = {
  name: 'template',
  usage: 'TYPE',
  summary: words.summary,
  details: words.details(TYPES),
  count: { min: 1, max: 1 },
  run: async ({ arguments: [type = ''], print }) => {
    const made = TEMPLATES.get(type.toUpperCase());
    if (!made) throw new OperatorFault(words.none(quoted(type), TYPES), 2);
    print(made());
    return 0;
  },
};

type TemplateColumn = Extract<(typeof USER_COLUMNS)[number], { in_template: 'yes' }>['key'];

/** A person whom nobody has: the row shows how values are written, and is to be replaced. */
const EXAMPLE: Readonly<Record<TemplateColumn, string>> = {
  email: 'john.doe@example.com',
  first_name: 'John',
  last_name: 'Doe',
  initials: 'JD',
  company: 'Example Ltd',
  title: 'Engineer',
  phone: '555-0100',
  area_code: '650',
  time_zone: 'US_PACIFIC',
  ui_locale: 'en_US',
  account_admin: 'FALSE',
  can_sign: 'TRUE',
  status: 'ACTIVE',
  groups: 'Default Group[Primary Send]',
};

/** Every column but New Email Address, whose files are of another sort. */
function usersTemplate(): string {
  const columns = USER_COLUMNS.filter((column) => column.in_template === 'yes');
  const row = columns.map(({ key }) => EXAMPLE[key]);
  return [columns.map(({ header }) => header), row].map((cells) => cells.join(',')).join('\n');
}
