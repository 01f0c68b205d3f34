/** Drives the program's own functions the way src/pipeline/ does, without doors, folders and report. */
import { customerById } from '../../src/accounts/customers/customer.ts';
import { decideSlice } from '../../src/pipeline/plan.ts';
import { saveCarefully } from '../../src/pipeline/save-decided.ts';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import type { OrganisationFile } from '../../src/accounts/setup/organisation-file.ts';
import { onlyRow, type Database, type Transaction } from '../../src/database/open.ts';
import { knownOf, type Known } from '../../src/ledger/deciding.ts';
import { saveOutcome } from '../../src/ledger/results.ts';
import type { Outcome } from '../../src/change-file/outcome.ts';
import { parseChangeFileName, type ChangeFile } from '../../src/change-file/change-file.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { changeFileText } from './change-file-text.ts';
import { CUSTOMER } from './generate-organisation.ts';
import { CHANGE_FILE_COLUMNS, changeFileFrom, type ChangeFileRow } from '../../src/ledger/rows.ts';
import type { ModelRecord } from './record.ts';

const NOW = new Date('2026-03-02T12:00:00Z');

/** An empty database with the organisations in it, whatever stood there before. */
export async function startProgram(database: Database, file: OrganisationFile): Promise<void> {
  await database.query(
    `truncate customer, subscriber, seat, outbox, batch, organisation_item, event, change, change_name, refused_entry
     restart identity cascade`,
  );
  await setUpOrganisations(database, { now: () => NOW }, file, 'enforce');
}

/** @returns the result codes of the records, fed as files of so many entries each */
export async function runProgram(
  database: Database,
  records: readonly ModelRecord[],
  entriesPerFile: (index: number) => number,
): Promise<number[]> {
  const codes: number[] = [];
  while (codes.length < records.length) {
    const until = codes.length + entriesPerFile(codes.length);
    const text = changeFileText(records.slice(codes.length, until));
    codes.push(...(await runFile(database, `${CUSTOMER}_PRV_${codes.length}.csv`, text)));
  }
  return codes;
}

/** @returns the codes of its entries. What became of them is told like by the pipeline. */
export async function runFile(database: Database, name: string, text: string): Promise<number[]> {
  const parsed = parseChangeFileName(name, KINDS.types);
  const kind = KINDS.ofFile({ name, type: parsed?.type });
  if (!parsed || !kind) throw new Error(`the program reads no files such as ${name}`);
  const bytes = Buffer.from(text);
  const { header, problem, entries: read } = await kind.read((firstByte) => piecesOf(bytes, firstByte), null);
  const entries = await Array.fromAsync(read);
  const prepared = kind.ready(new Map(entries.map(({ place }) => [place.entry, 'a hash'])));
  return database.transaction(async (tx) => {
    const result = await tx.query<ChangeFileRow>(
      `insert into change_file (customer_id, name, type, named_customer, source, sequence, state, received_at, bytes, modified_at)
       values ($1, $2, $3, $1, $4, $5, 'applying', $6, $7, $6) returning ${CHANGE_FILE_COLUMNS}`,
      [CUSTOMER, name, parsed.type, parsed.source, parsed.sequence.toString(), NOW, text.length],
    );
    const file = changeFileFrom(onlyRow(result));
    const contents = {
      kind,
      header,
      problem,
      entries,
      total: entries.length,
      more: false,
      digest: null,
      prepared,
    };
    const owned = { ...file, owner: await customerById(tx, CUSTOMER) };
    // In whose name: they may end in the file itself.
    const { administrator } = await knownOf(tx, file, NOW);
    const decided = await decideSlice(tx, owned, contents, NOW);
    const outcome = await saveCarefully(tx, owned, contents, decided, NOW);
    await tell(tx, file, outcome, administrator);
    return outcome.results.map(({ code }) => code);
  });
}

async function tell(
  tx: Transaction,
  file: ChangeFile,
  outcome: Outcome,
  by: Known['administrator'],
): Promise<void> {
  const { read, written, readErrors, writeErrors, rest } = outcome;
  const journal = { file: file.id, first: 1, last: rest ? read + 1 : read, by, from: NOW.getTime() * 1000 };
  const event = {
    type: 'file.applied' as const,
    at: NOW,
    customer: file.customer,
    subject: file.name,
    data: { entries: read, written, readErrors, writeErrors, ms: 1, journal },
  };
  await saveOutcome(tx, file, outcome, {
    total: read,
    next: { filedAs: file.name },
    started: NOW,
    now: NOW,
    digest: null,
    events: [event],
  });
}

async function* piecesOf(bytes: Buffer, firstByte: number): AsyncGenerator<Buffer> {
  yield bytes.subarray(firstByte);
}
