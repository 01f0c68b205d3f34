/** The grammar of journals once more, in regular expressions: slow on hostile lines, and easy to compare with the text. */
import type { JournalRecord, Outcome } from '../../src/journal/record.ts';

const ID = String.raw`([^ ,()\u0000-\u001f\u007f-\u009f]*)`;
const MAIL = String.raw`([^ ()\u0000-\u001f\u007f-\u009f]+)`;
const SAFE = String.raw`(?-i:(?:[^"\\\u0000-\u001f]|\\["\\nrt]|\\u[0-9A-Fa-f]{4})*)`;
const ESCAPED = `(${SAFE})`;
/** As long as can be, without trying a shorter one. */
const UNESCAPED = String.raw`(?=((?:(?! targeted at \(| with outcome )[^])*)", customerid=)[^]*`;

const entity = (name: string, number: number) =>
  String.raw`\(type=(\w+), id=${ID}, name="${name === ESCAPED ? name : `${UNESCAPED.slice(0, -4)}\\${number}`}", customerid=${ID}\)`;

const record = (name: string) =>
  new RegExp(
    String.raw`^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\+0000 user ${MAIL} \(id=${ID}(?:, customerid=${ID})?\) performed (\w+)` +
      String.raw`(?: on object ${entity(name, 8)})?(?: targeted at ${entity(name, 12)})?` +
      String.raw` with outcome (SUCCESS|FAILURE|PENDING|UNKNOWN)(?: reason=(\w+))?(?: \((\w+="${SAFE}"(?:, \w+="${SAFE}")*)\))?$`,
    'i',
  );
const GRAMMARS = [record(ESCAPED), record(UNESCAPED)];

export function readLine(line: string): JournalRecord | null {
  const found = GRAMMARS.map((grammar) => grammar.exec(line)).find((one) => one !== null);
  if (!found) return null;
  const [, time = '', mail = '', id, customerid, action = '', ...rest] = found;
  const [outcome = '', reason, pairs = ''] = rest.slice(8);
  return {
    timestamp: `${time.toUpperCase()}Z`,
    actor: actorOf(mail, known(id), known(customerid)),
    action,
    object: entityOf(rest.slice(0, 4)),
    target: entityOf(rest.slice(4, 8)),
    outcome: outcome.toUpperCase() as Outcome,
    reason: reason?.toUpperCase() ?? null,
    extra: [...pairs.matchAll(new RegExp(`(\\w+)="${ESCAPED}"`, 'g'))].map(
      ([, key = '', value = '']) => [key, plain(value)] as const,
    ),
  };
}

function actorOf(mail: string, id: string | null, customerid: string | null): JournalRecord['actor'] {
  if (/^unauthenticated$/i.test(mail))
    return { kind: 'anonymous', email: null, domain: null, id, customerid };
  const domain = mail.replace(/^[^]*@/, '');
  return /.@/.test(mail)
    ? { kind: 'member', email: mail, domain, id, customerid }
    : { kind: 'outside', email: null, domain, id, customerid };
}

function known(id: string | undefined): string | null {
  return id === undefined || id === '' || /^unknown$/i.test(id) ? null : id;
}

function entityOf([type, id = '', name = '', customerid = '']: readonly (string | undefined)[]) {
  return type === undefined ? null : { type: type.toUpperCase(), id, name: plain(name), customerid };
}

/** JSON has the same escapes, and more. */
function plain(text: string): string {
  if (!new RegExp(`^${SAFE}$`).test(text)) return text;
  return JSON.parse(`"${text}"`) as string;
}
