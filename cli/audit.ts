import type { AnswerOf } from '../src/actions/action.ts';
import { AUDIT_ENTRIES_MAX, auditTrail } from '../src/actions/audit-entries.ts';
import { quoted } from '../src/shown-text.ts';
import { selectionOf, textOf } from './arguments.ts';
import type { Command } from './command.ts';
import { commands } from '../src/messages/en/commands.ts';

/** Times are ISO 8601 texts. */
type ShownEntry = AnswerOf<typeof auditTrail>['entries'][number];

const LIMIT_DEFAULT = 200;

const words = commands.audit;

export const audit: Command = {
  name: 'audit',
  usage: '',
  summary: words.summary,
  details: words.details(LIMIT_DEFAULT, AUDIT_ENTRIES_MAX),
  options: {
    customer: { type: 'string' },
    file: { type: 'string' },
    login: { type: 'string' },
    since: { type: 'string' },
    limit: { type: 'string' },
    json: { type: 'boolean' },
  },
  count: { min: 0, max: 0 },
  run: async ({ options, call, print, say }) => {
    const question = {
      ...selectionOf(options, { usual: LIMIT_DEFAULT, least: 1, most: AUDIT_ENTRIES_MAX }),
      file: textOf(options, 'file'),
      login: textOf(options, 'login'),
    };
    const { entries } = await call(auditTrail, question);
    if (options.json) print(JSON.stringify({ entries }));
    else if (entries.length > 0) print(entries.map(lineOf).join('\n'));
    if (entries.length === question.limit) say(words.more);
    if (entries.length > 0) return 0;
    say(words.none);
    return 3;
  },
};

function lineOf({ at, who, action, customer, from, path, detail }: ShownEntry) {
  const parts = [
    at,
    customer ?? '-',
    quoted(who),
    action,
    ...(path === null ? [] : [quoted(path)]),
    from === null ? words.byCommand : words.from(from),
    ...(isEmpty(detail) ? [] : [JSON.stringify(detail)]),
  ];
  return parts.join(' ');
}

function isEmpty(detail: unknown): boolean {
  return typeof detail !== 'object' || detail === null || Object.keys(detail).length === 0;
}
