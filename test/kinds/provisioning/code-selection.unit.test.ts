import { describe, expect, it } from 'vitest';
import { generalChecks } from '../../../src/kinds/provisioning/decide.ts';
import { OPERATIONS } from '../../../src/kinds/provisioning/operations.ts';
import { CODE_SELECTION } from '../../../src/tables/code-selection.ts';
import { PRV_OPERATIONS } from '../../../src/tables/prv-operations.ts';

/** Rows whose code comes from elsewhere than a check: the reader (1000), and writes that fail. */
const FAILED_WRITE = /^anything else while writing$|^forced activation fails internally$/;

/** Checks that the table does not have, each for a reason given beside it in the code. */
const BEYOND_THE_TABLE = new Set(['AssignSeat 13 1037', 'ChangeSeat 16 1029', 'ChangeSeat 16 1072']);

/** `1049 or 1050` and `1053 / 1052 / 1051` are several checks at one place. */
function rowsOf(operation: string): string[] {
  return CODE_SELECTION.filter((row) => row.operation === `PRV ${operation}`)
    .filter((row) => !FAILED_WRITE.test(row.condition))
    .flatMap((row) => row.code.split(/ \/ | or /).map((code) => `${operation} ${row.check_order} ${code}`));
}

describe('code-selection.csv and the checks are the same thing', () => {
  it.each(OPERATIONS.map((operation) => [operation.name, operation] as const))('%s', (name, { checks }) => {
    const coded = checks.map(({ order, code }) => `${name} ${order} ${code}`);
    const rows = rowsOf(name);
    expect(
      new Set(coded.filter((check) => !BEYOND_THE_TABLE.has(check) && !isOtherwise(name, check))),
    ).toEqual(new Set(rows));
    expect(coded.map((check) => Number(check.split(' ')[1]))).toEqual(
      coded.map((check) => Number(check.split(' ')[1])).toSorted((a, b) => a - b),
    );
  });

  it('PRV any', () => {
    const coded = ['any 1 1000', ...generalChecks.map(({ order, code }) => `any ${order} ${code}`)];
    expect(coded).toEqual(rowsOf('any'));
  });

  it.each(OPERATIONS.map((operation) => [operation.name, operation.otherwise] as const))(
    '%s: anything else while writing gives %d',
    (name, otherwise) => {
      const row = CODE_SELECTION.find(
        ({ operation, condition }) =>
          operation === `PRV ${name}` && condition === 'anything else while writing',
      );
      expect(row?.code ?? '1008').toBe(String(otherwise));
    },
  );

  it('every operation of prv-operations.csv is there, and reads the fields it names', () => {
    expect(OPERATIONS.map(({ name }) => name).toSorted()).toEqual(
      PRV_OPERATIONS.map((row) => row.operation).toSorted(),
    );
    for (const row of PRV_OPERATIONS) {
      const operation = OPERATIONS.find(({ name }) => name === row.operation);
      const named =
        `${row.required_fields}; ${row.optional_fields}`.match(/[a-z][A-Za-z]*\d?(?=;|$| \(|\b)/g) ?? [];
      const fields = named.filter((word) => FIELDS.has(word) && !['emailAddress', 'action'].includes(word));
      expect(operation?.reads, row.operation).toEqual(expect.arrayContaining([...new Set(fields)]));
    }
  });
});

const FIELDS = new Set<string>(OPERATIONS.flatMap(({ reads }) => reads));

/** A check at the table's last place, "anything else while writing": what the store could never write. */
function isOtherwise(operation: string, check: string): boolean {
  const row = CODE_SELECTION.find(
    (one) => one.operation === `PRV ${operation}` && one.condition === 'anything else while writing',
  );
  return row !== undefined && check === `${operation} ${row.check_order} ${row.code}`;
}
