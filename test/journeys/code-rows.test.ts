import { describe, expect, it } from 'vitest';
import { CODE_SELECTION } from '../../src/tables/code-selection.ts';
import { CODE_GROUPS, MORE_SUBSCRIPTIONS, REFUSED, type CodeGroup } from './code-rows.ts';
import { startTestDaemon } from '../support/daemon.ts';
import { ACME, fixtures, type WrittenOrganisation } from '../support/organisation.ts';

/** Rows of the gates, and the reader's: other tests drop such files and read the report. */
const ELSEWHERE: Record<string, string> = {
  'file gate 1': 'file-names.test.ts',
  'file gate 2': 'file-names.test.ts',
  'file gate 3': 'file-names.test.ts',
  'file gate 4': 'file-names.test.ts',
  'file gate 5': 'bad-input.test.ts',
  'file gate 6': 'live.test.ts',
  'file gate 7': 'examples.test.ts',
  'PRV any 1': 'bad-input.test.ts',
};

describe('every row of code-selection.csv', () => {
  it('has an entry that reaches it', () => {
    const rows = CODE_SELECTION.filter(({ operation }) => !operation.startsWith('DI')).flatMap((row) =>
      row.code.split(/ \/ | or /).map((code) => `${row.operation} ${row.check_order} ${code}`),
    );
    const reached = CODE_GROUPS.flatMap((group) => group.rows.map(({ row, code }) => `${row} ${code}`));
    const elsewhere = rows.filter((row) => Object.keys(ELSEWHERE).some((gate) => row.startsWith(`${gate} `)));
    expect([...new Set([...reached, ...elsewhere])].toSorted()).toEqual([...new Set(rows)].toSorted());
  });

  it.each(CODE_GROUPS.map((group) => [group.what, group] as const))(
    'gives its code in %s',
    async (_, group) => {
      await using started = await startTestDaemon({ organisation: await organisation(group) });
      await refuseWrites(started.database);
      await using courier = await started.courier();
      const { codes, lines } = await courier.send(
        `${ACME}_PRV_1.csv`,
        csv(group.rows.map(({ record }) => record)),
      );
      const found = group.rows.map(({ row }, index) => `${row} ${codes[index]}`);
      expect(found).toEqual(group.rows.map(({ row, code }) => `${row} ${code}`));
      expect(lines.filter((line) => line.startsWith('Result code: '))).toHaveLength(group.rows.length);
    },
  );
});

async function organisation(group: CodeGroup): Promise<WrittenOrganisation> {
  const written = await fixtures({ ...group.settings, subscribers: [...group.people, ...REFUSED] });
  for (const customer of written.customers.filter(({ id }) => id === ACME)) {
    const storage = group.settings.notes === 'hybrid' ? { compatibleWith: [85_180] } : {};
    const subscriptions = (customer.subscriptions ?? []).filter(
      ({ kind }) => kind !== 'storage' || group.settings.federation !== 'non_federated',
    );
    customer.subscriptions = [
      ...subscriptions.map((one) => (one.kind === 'storage' ? { ...one, ...storage } : one)),
      ...MORE_SUBSCRIPTIONS,
    ];
  }
  return written;
}

/** A rule of the account store that this program does not know: it refuses changes to some people. */
async function refuseWrites(database: { query(text: string): Promise<unknown> }): Promise<void> {
  await database.query(`
    create function refuse() returns trigger language plpgsql as $$
      begin
        if new.email like 'refused%' or new.department = 'refused' or (new.email like 'unremovable%' and new.state = 'remove_pending')
        then raise exception 'refused'; end if;
        return new;
      end $$;
    create trigger refuse before insert or update on subscriber for each row execute function refuse()`);
}

function csv(records: Record<string, string>[]): string {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const lines = records.map((record) => columns.map((column) => record[column] ?? '').join(','));
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}
