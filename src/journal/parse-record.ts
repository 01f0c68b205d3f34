import { RecordScanner } from './record-scanner.ts';
import {
  ANONYMOUS,
  CUSTOMER_KEY,
  domainOf,
  OUTCOMES,
  UNKNOWN_ID,
  type JournalActor,
  type JournalEntity,
  type JournalRecord,
} from './record.ts';

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+0000$/i;
const TIME_LENGTH = '2026-03-04T05:06:07+0000'.length;

/**
 * Reads a line of a journal, ours or another writer's: by the grammar, and where that fails once more with names in
 * which quotes were not escaped. Actions, types, reasons and keys need not be known. Takes time in proportion to the
 * length of the line, whatever it holds.
 *
 * @param line without its end
 * @returns null: this is no record
 */
export function parseRecord(line: string): JournalRecord | null {
  const time = line.slice(0, TIME_LENGTH);
  if (!TIME.test(time)) return null;
  const timestamp = `${time.slice(0, 19).toUpperCase()}Z`;
  return (
    readRecord(new RecordScanner(line, TIME_LENGTH), timestamp, 'escaped') ??
    readRecord(new RecordScanner(line, TIME_LENGTH), timestamp, 'unescaped')
  );
}

/** How the quotes in names are taken. Values of the trailing pairs are escaped in any case. */
type Names = 'escaped' | 'unescaped';

function readRecord(scanner: RecordScanner, timestamp: string, names: Names): JournalRecord | null {
  scanner.expect(' user ');
  const actor = readActor(scanner);
  scanner.expect(' performed ');
  const action = scanner.word();
  const object = scanner.takes(' on object ') ? readEntity(scanner, names) : null;
  const target = scanner.takes(' targeted at ') ? readEntity(scanner, names) : null;
  scanner.expect(' with outcome ');
  const result = scanner.word().toUpperCase();
  const outcome = OUTCOMES.find((known) => known === result);
  const reason = scanner.takes(' reason=') ? scanner.word().toUpperCase() : null;
  const extra = scanner.takes(' (') ? readPairs(scanner) : [];
  if (!scanner.isDone || outcome === undefined) return null;
  return { timestamp, actor, action, object, target, outcome, reason, extra };
}

function readActor(scanner: RecordScanner): JournalActor {
  const mail = scanner.mail();
  scanner.expect(' (id=');
  const id = known(scanner.id());
  const customerid = scanner.takes(`, ${CUSTOMER_KEY}=`) ? known(scanner.id()) : null;
  scanner.expect(')');
  if (mail.toLowerCase() === ANONYMOUS)
    return { kind: 'anonymous', email: null, domain: null, id, customerid };
  // A domain is read with and without the sign before it.
  const email = mail.lastIndexOf('@') > 0 ? mail : null;
  return { kind: email === null ? 'outside' : 'member', email, domain: domainOf(mail), id, customerid };
}

/** @returns null: the writer did not know the number, or left it out */
function known(id: string): string | null {
  return id === '' || id.toLowerCase() === UNKNOWN_ID ? null : id;
}

function readEntity(scanner: RecordScanner, names: Names): JournalEntity {
  scanner.expect('(type=');
  const type = scanner.word().toUpperCase();
  scanner.expect(', id=');
  const id = scanner.id();
  scanner.expect(', name=');
  const name = names === 'escaped' ? scanner.quoted() : scanner.unescapedName();
  scanner.expect(`, ${CUSTOMER_KEY}=`);
  const customerid = scanner.id();
  scanner.expect(')');
  return { type, id, name, customerid };
}

function readPairs(scanner: RecordScanner): [string, string][] {
  const pairs: [string, string][] = [];
  do {
    const key = scanner.word();
    scanner.expect('=');
    pairs.push([key, scanner.quoted()]);
  } while (scanner.takes(', '));
  scanner.expect(')');
  return pairs;
}
