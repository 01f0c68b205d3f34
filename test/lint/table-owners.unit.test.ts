/** Who writes a table, and who may name it: each has one owner (ARCHITECTURE.md). Statements are looked for as text. */
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Tables that nobody but the ledger names, to read neither. */
const LEDGER =
  'batch batch_note cap_usage change_file entry_slice receipt refused_entry sequence_counter sequence_ruling spool_difference turn_queue'.split(
    ' ',
  );

/** Folders below one of these are parts of one owner. */
const OWNERS = [
  'accounts',
  'doors',
  'events',
  'feeds',
  'jobs',
  'journal',
  'ledger',
  'notices',
  'outbox',
  'spool',
];

/** What writes a table that is not its own, and why. */
const BESIDES: Record<string, string> = {
  // What follows from a change goes out with its commit.
  outbox: 'accounts',
  // The end of a removal.
  subscriber: 'outbox',
  // A spool that is filled from a backup is another one.
  spool_identity: 'backup',
};

/** Without SQL: what decides, what is asked, what is shown. */
const NAMES_NONE = ['actions', 'http', 'kinds', 'messages', 'order', 'pipeline', 'report'];

/** Table → folders of src/ that write it, and that name it in a statement. */
const writers = new Map<string, Set<string>>();
const readers = new Map<string, Set<string>>();

beforeAll(async () => {
  const schema = await readFile(path.join(ROOT, 'docs/schema.sql'), 'utf8');
  const tables = [...schema.matchAll(/^create table (\w+)/gm)].map(([, name = '']) => name);
  for (const table of tables) {
    writers.set(table, new Set());
    readers.set(table, new Set());
  }
  for await (const file of glob('{src,cli,daemon,demo}/**/*.ts', { cwd: ROOT })) {
    const [top = '', folder = ''] = file.split('/');
    if (folder === 'database') continue;
    const text = await readFile(path.join(ROOT, file), 'utf8');
    const owner = top === 'src' ? folder : top;
    for (const table of tables) {
      if (new RegExp(`\\b(insert into|update|delete from) ${table}\\b`).test(text))
        writers.get(table)?.add(owner);
      if (new RegExp(`\\b(from|join|using|into|update) ${table}\\b`).test(text))
        readers.get(table)?.add(owner);
    }
  }
});

it('every table is written in one folder, but for those with a reason', () => {
  for (const [table, folders] of writers) {
    const own = [...folders].filter((folder) => folder !== BESIDES[table]);
    expect([table, own.length <= 1, own.every((folder) => OWNERS.includes(folder))]).toEqual([
      table,
      true,
      true,
    ]);
  }
  for (const [table, folder] of Object.entries(BESIDES)) expect(writers.get(table)).toContain(folder);
});

it('tables of the ledger are named nowhere else', () => {
  for (const table of LEDGER) expect([table, ...(readers.get(table) ?? [])]).toEqual([table, 'ledger']);
});

it('what decides, what is asked and what is shown names no table', () => {
  const named = [...readers].filter(([, folders]) => NAMES_NONE.some((folder) => folders.has(folder)));
  expect(named.map(([table]) => table)).toEqual([]);
});
