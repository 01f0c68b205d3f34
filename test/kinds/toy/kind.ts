import type { Entry, EntryResult, OpenBytes, Reading } from '../../../src/change-file/entry.ts';
import { anyKind, type Kind } from '../../../src/kinds/kind.ts';
import { linesOf } from './lines.ts';

/** What a line of a toy file says: a word. */
type Word = string;

/** Words that are refused, however they are written. */
const REFUSED = 'no';

async function read(open: OpenBytes): Promise<Reading<Word>> {
  return { header: Buffer.alloc(0), problem: null, entries: linesOf(open(0)) };
}

function result({ place, read: { ...line } }: Entry<Word>): EntryResult {
  const word = 'record' in line ? line.record : '';
  const refusal = word === REFUSED ? ({ code: 1015, field: 'word', value: word } as const) : null;
  return { place, code: refusal?.code ?? 0, operation: 'say', subject: word, refusal };
}

const kind: Kind<Word, null, Word[]> = {
  type: 'TOY',
  extensions: ['.toy'],
  rank: 15,
  words: {
    entry: 'toy word',
    read: 'toy words read',
    written: 'toy words said',
    readErrors: 'toy read errors',
    writeErrors: 'toy write errors',
  },
  heldRefuses: false,
  countsHourly: false,
  read,
  pretend: () => null,
  demands: () => new Map(),
  ready: () => null,
  mayDemand: () => new Map(),
  load: async () => [],
  decide: (said, entry) => {
    const decided = result(entry);
    if (decided.code === 0) said.push(decided.subject ?? '');
    return decided;
  },
  save: async (tx, said, { customer }) => {
    for (const word of said) await say(tx, customer, word);
  },
  conclude: async (tx, { customer }) => say(tx, customer, 'the end'),
  failed: result,
  traced: { bytesMax: Infinity, text: (original) => original },
};

const say = (tx: Parameters<typeof kind.save>[0], customer: number, word: string) =>
  tx.query('insert into toy (customer_id, word) values ($1, $2)', [customer, word]).then(() => undefined);

export const toy = anyKind(kind);
