/** The mails to alternate addresses: one per change file and account (rules 5). */
import type { Queryable } from '../../src/database/open.ts';
import type { NoticePayload } from '../../src/accounts/subscribers/notice.ts';
import type { Model } from './accounts.ts';

/** File, counted from 0, address, account and operations, one notice a line. */
export function modelNotices({ notices }: Model, entriesPerFile: number): string[] {
  const fileOf = (entry: number) => Math.floor(entry / entriesPerFile);
  const mails = Map.groupBy(notices, ({ entry }) => fileOf(entry));
  return [...mails]
    .flatMap(([file, told]) =>
      [...Map.groupBy(told, ({ user }) => user).values()].map((same) => {
        const { to = '', email = '' } = same.at(-1) ?? {};
        return lineOf(file, to, email, new Set(same.map(({ operation }) => operation)));
      }),
    )
    .sort();
}

/** The same, as the program has stored them. */
export async function storedNotices(database: Queryable): Promise<string[]> {
  const { rows } = await database.query<{ file: number; payload: NoticePayload }>(
    `select dense_rank() over (order by f.id) - 1 as file, o.payload from change_file f
       left join outbox o on o.change_file_id = f.id and o.topic = 'notice'`,
  );
  return rows.flatMap(({ file, payload }) => (payload ? [storedLine(file, payload)] : [])).sort();
}

function storedLine(file: number, { to, email, changes }: NoticePayload): string {
  return lineOf(file, to, email, new Set(changes.map(({ operation }) => operation.toLowerCase())));
}

function lineOf(file: number, to: string, email: string, operations: ReadonlySet<string>): string {
  return `${file} ${to} ${email}: ${[...operations].toSorted((a, b) => (a < b ? -1 : 1)).join(' ')}`;
}
