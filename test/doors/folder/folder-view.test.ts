import { execFileSync } from 'node:child_process';
import { link, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Right } from '../../../src/doors/sign-in/access-account.ts';
import { FolderView } from '../../../src/doors/folder/folder-view.ts';
import { FolderFault, resolveVirtualPath, type FolderName } from '../../../src/doors/folder/virtual-path.ts';
import { account, ALL_RIGHTS, customerFolder } from '../../support/door.ts';

let folder: string;
let dispose: () => PromiseLike<void>;

beforeEach(async () => {
  const made = await customerFolder();
  folder = made.path;
  dispose = () => made[Symbol.asyncDispose]();
  for (const path of [
    'a.csv',
    '_processed/p.csv',
    '_error/e.csv',
    '_report/r.txt',
    '_validate/t.csv',
    'journal/j.gz',
    '.h.part',
  ]) {
    await writeFile(join(folder, path), path);
  }
});
afterEach(() => dispose());

const viewWith = (rights: Right[] = ALL_RIGHTS) => new FolderView(account(folder, rights));
const at = (path: string) => resolveVirtualPath('', path);

async function namesIn(view: FolderView, name: FolderName): Promise<string[]> {
  const names: string[] = [];
  for await (const batch of view.list(name)) names.push(...batch.map((entry) => entry.name));
  return names.sort();
}

/** 'ok', or the kind of fault. */
async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    const result = await work;
    if (typeof result === 'object' && result && Symbol.asyncDispose in result)
      await (result as AsyncDisposable)[Symbol.asyncDispose]();
    return 'ok';
  } catch (error) {
    return error instanceof FolderFault ? error.kind : String(error);
  }
}

test('the upload folder shows its files and the five folders', async () => {
  expect(await namesIn(viewWith(), '')).toEqual([
    '_error',
    '_processed',
    '_report',
    '_validate',
    'a.csv',
    'journal',
  ]);
});

test('a folder that the daemon has not made yet is seen, and empty', async () => {
  await rm(join(folder, '_error'), { recursive: true });
  expect(await namesIn(viewWith(), '')).toContain('_error');
  expect(await namesIn(viewWith(), '_error')).toEqual([]);
});

test('without the right the journal is not there', async () => {
  const view = viewWith(['upload', 'download', 'delete']);
  expect(await namesIn(view, '')).toEqual(['_error', '_processed', '_report', '_validate', 'a.csv']);
  expect(await outcome(namesIn(view, 'journal'))).toBe('notFound');
  expect(await outcome(view.stat(at('journal')))).toBe('notFound');
  expect(await outcome(view.stat(at('journal/j.gz')))).toBe('notFound');
  expect(await outcome(view.openForReading(at('journal/j.gz')))).toBe('notFound');
});

test("the daemon's own files are shown as they are: to be read only", async () => {
  await writeFile(join(folder, '_status.txt'), 'weather');
  const view = viewWith();
  expect((await view.stat(at('_status.txt'))).permissions).toEqual({
    read: true,
    remove: false,
    write: false,
  });
  expect((await view.stat(at('a.csv'))).permissions).toEqual({ read: true, remove: true, write: true });
});

test('what is no regular file is neither shown nor reachable', async () => {
  await symlink('/etc/passwd', join(folder, 'link'));
  await symlink('/etc', join(folder, '_report/link'));
  await mkdir(join(folder, 'sub'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  expect(await namesIn(viewWith(), '')).toEqual([
    '_error',
    '_processed',
    '_report',
    '_validate',
    'a.csv',
    'journal',
  ]);
  expect(await namesIn(viewWith(), '_report')).toEqual(['r.txt']);
  for (const name of ['link', 'sub', 'pipe', '_report/link']) {
    expect(await outcome(viewWith().stat(at(name)))).toBe('notFound');
    expect(await outcome(viewWith().openForReading(at(name)))).toBe('notFound');
    expect(await outcome(viewWith().remove(at(name)))).toBe('notFound');
  }
  for (const name of ['link', 'sub', 'pipe']) {
    expect(await outcome(viewWith().uploadTarget(at(name)))).toBe('denied');
    expect(await outcome(viewWith().rename(at('a.csv'), at(name)))).toBe('denied');
  }
});

test('a link in place of a folder leads nowhere', async () => {
  await rm(join(folder, '_report'), { recursive: true });
  await symlink('/etc', join(folder, '_report'));
  expect(await namesIn(viewWith(), '')).not.toContain('_report');
  expect(await outcome(namesIn(viewWith(), '_report'))).toBe('notFound');
  expect(await outcome(viewWith().openForReading(at('_report/passwd')))).toBe('notFound');
});

test('a file with a second name elsewhere cannot be read', async () => {
  await link(join(folder, 'a.csv'), join(folder, '_report/hard'));
  expect(await outcome(viewWith().openForReading(at('_report/hard')))).toBe('denied');
});

test('hidden files are reached by exact name in the upload folder, and not read', async () => {
  const view = viewWith();
  await writeFile(join(folder, '_report/.h'), '');
  expect((await view.stat(at('.h.part'))).sizeBytes).toBe(7);
  expect(await outcome(view.openForReading(at('.h.part')))).toBe('notFound');
  expect(await outcome(view.stat(at('_report/.h')))).toBe('notFound');
  expect(await outcome(view.remove(at('_report/.h')))).toBe('notFound');
  expect(await outcome(view.rename(at('.h.part'), at('h.csv')))).toBe('ok');
  expect(await namesIn(view, '')).toContain('h.csv');
});

/** Each line: what is done, then its outcome with one right alone. */
test.each<[string, (view: FolderView) => Promise<unknown>, Record<Right, string>]>([
  [
    'upload',
    (view) => view.uploadTarget(at('n.csv')),
    { upload: 'ok', download: 'denied', delete: 'denied', journal: 'denied', decide: 'denied' },
  ],
  [
    'replace',
    (view) => view.uploadTarget(at('a.csv')),
    { upload: 'ok', download: 'denied', delete: 'denied', journal: 'denied', decide: 'denied' },
  ],
  [
    'rename',
    (view) => view.rename(at('a.csv'), at('b.csv')),
    { upload: 'ok', download: 'denied', delete: 'denied', journal: 'denied', decide: 'denied' },
  ],
  [
    'download a waiting file',
    (view) => view.openForReading(at('a.csv')),
    { upload: 'denied', download: 'ok', delete: 'denied', journal: 'notFound', decide: 'denied' },
  ],
  [
    'download a report',
    (view) => view.openForReading(at('_report/r.txt')),
    { upload: 'denied', download: 'ok', delete: 'denied', journal: 'notFound', decide: 'denied' },
  ],
  [
    'download from the journal',
    (view) => view.openForReading(at('journal/j.gz')),
    { upload: 'notFound', download: 'notFound', delete: 'notFound', journal: 'ok', decide: 'notFound' },
  ],
  [
    'delete a waiting file',
    (view) => view.remove(at('a.csv')),
    { upload: 'denied', download: 'denied', delete: 'ok', journal: 'notFound', decide: 'denied' },
  ],
  [
    'delete a processed file',
    (view) => view.remove(at('_processed/p.csv')),
    { upload: 'denied', download: 'denied', delete: 'ok', journal: 'notFound', decide: 'denied' },
  ],
  [
    'look at a file',
    (view) => view.stat(at('_error/e.csv')),
    { upload: 'ok', download: 'ok', delete: 'ok', journal: 'notFound', decide: 'ok' },
  ],
  [
    'look at the journal',
    (view) => view.stat(at('journal/j.gz')),
    { upload: 'notFound', download: 'notFound', delete: 'notFound', journal: 'ok', decide: 'notFound' },
  ],
  [
    'try a file',
    (view) => view.uploadTarget(at('_validate/n.csv')),
    { upload: 'ok', download: 'denied', delete: 'denied', journal: 'denied', decide: 'denied' },
  ],
  [
    'try what would decide a file elsewhere',
    (view) => view.uploadTarget(at('_validate/a.csv.approve')),
    { upload: 'ok', download: 'denied', delete: 'denied', journal: 'denied', decide: 'denied' },
  ],
  [
    'approve a held file',
    (view) => view.uploadTarget(at('a.csv.approve')),
    { upload: 'denied', download: 'denied', delete: 'denied', journal: 'denied', decide: 'ok' },
  ],
  [
    'undo a file',
    (view) => view.uploadTarget(at('a.csv.Undo')),
    { upload: 'denied', download: 'denied', delete: 'denied', journal: 'denied', decide: 'ok' },
  ],
  [
    'rename a file to an answer',
    (view) => view.rename(at('a.csv'), at('a.csv.Discard')),
    { upload: 'denied', download: 'denied', delete: 'denied', journal: 'denied', decide: 'denied' },
  ],
])('right to %s', async (_title, work, outcomes) => {
  for (const right of ['download', 'journal', 'upload', 'delete', 'decide'] as const) {
    expect([right, await outcome(work(viewWith([right])))]).toEqual([right, outcomes[right]]);
    await writeFile(join(folder, 'a.csv'), '');
  }
});

test.each<[string, (view: FolderView) => Promise<unknown>]>([
  ['upload to _processed', (view) => view.uploadTarget(at('_processed/x'))],
  ['upload to the journal', (view) => view.uploadTarget(at('journal/x'))],
  ['upload an answer', (view) => view.uploadTarget(at('_validate/a.plan.json'))],
  ['rename to an answer', (view) => view.rename(at('_validate/t.csv'), at('_validate/T_REPORT.TXT'))],
  ['move a waiting file to where it is tried', (view) => view.rename(at('a.csv'), at('_validate/a.csv'))],
  ['move a tried file to where it counts', (view) => view.rename(at('_validate/t.csv'), at('t.csv'))],
  ['rename into _report', (view) => view.rename(at('a.csv'), at('_report/a.csv'))],
  ['rename out of _error', (view) => view.rename(at('_error/e.csv'), at('e.csv'))],
  ['delete from the journal', (view) => view.remove(at('journal/j.gz'))],
])('no right allows to %s', async (_title, work) => {
  expect(await outcome(work(viewWith()))).toBe('denied');
});

test.each<[string, (view: FolderView) => Promise<unknown>]>([
  ['upload over a folder', (view) => view.uploadTarget(at('_processed'))],
  ['delete a folder', (view) => view.remove(at('_processed'))],
  ['rename a folder', (view) => view.rename(at('_processed'), at('x'))],
  ['rename onto a folder', (view) => view.rename(at('a.csv'), at('journal'))],
  ['read a folder', (view) => view.openForReading(at('/'))],
])('folders are no files: %s', async (_title, work) => {
  expect(await outcome(work(viewWith()))).toBe('notAFile');
});

test('a status file that is replaced again and again can be read at any moment', async () => {
  const view = viewWith();
  const [file, next] = [join(folder, '_status.txt'), join(folder, '.status.new')];
  await writeFile(file, 'status');
  let isOver = false;
  const replacing = (async () => {
    while (!isOver) {
      await writeFile(next, 'status');
      await rename(next, file);
      await delay(25);
    }
  })();
  const outcomes = new Map<string, number>();
  for (let read = 0; read < 300; read += 1) {
    const what = await outcome(view.openForReading(at('_status.txt')).then((handle) => handle.close()));
    outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
  }
  isOver = true;
  await replacing;
  expect(outcomes).toEqual(new Map([['ok', 300]]));
});

test('a login for some sources tries files of these alone', async () => {
  const view = new FolderView({ ...account(folder, ALL_RIGHTS), sources: new Set(['HR']) });
  expect(await outcome(view.uploadTarget(at('_validate/1_HR_PRV_1.csv')))).toBe('ok');
  expect(await outcome(view.uploadTarget(at('_validate/1_IT_PRV_1.csv')))).toBe('denied');
});

test('a link in the place of the folder for trials leads nowhere', async () => {
  await rm(join(folder, '_validate'), { recursive: true });
  await symlink('/tmp', join(folder, '_validate'));
  const view = viewWith();
  expect(await outcome(view.uploadTarget(at('_validate/n.csv')))).toBe('notFound');
  expect(await outcome(view.rename(at('_validate/t.csv'), at('_validate/n.csv')))).toBe('notFound');
  expect(await outcome(view.remove(at('_validate/t.csv')))).toBe('notFound');
  expect(await outcome(namesIn(view, '_validate'))).toBe('notFound');
});

test('the answers to an earlier file of the name go before a new one has it, and no others', async () => {
  const answers = ['t.plan.json', 't.plan.txt', 't_report.txt', 't_trace.csv', 'u.plan.json'];
  for (const name of [...answers, '.new.part']) await writeFile(join(folder, '_validate', name), 'x');
  await viewWith().rename(at('_validate/.new.part'), at('_validate/t.csv'));
  expect(await namesIn(viewWith(), '_validate')).toEqual(['t.csv', 'u.plan.json']);
});
