import { Breather } from '../../breather.ts';
import type { Entry, OpenBytes, Position, Reading } from '../../change-file/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import type { TechnicianRow } from './columns.ts';
import { readItem } from './json-item.ts';
import { ItemCutter, JsonFault, type RawItem } from './json-items.ts';

/** What the trace of a JSON file shows of each entry. */
export const TRACE_HEADER = Buffer.from('email,name\n');

/**
 * Reads a technician file of JSON: an array of objects. A file that is not JSON, or no array, is read no further, so it is
 * looked at whole before its first item counts; an item that is not as it should be gets 1000 and costs nothing but
 * itself. Memory stays constant.
 */
export async function readTechniciansJson(
  open: OpenBytes,
  from: Position | null,
  breather = new Breather(),
): Promise<Reading<TechnicianRow>> {
  const header = TRACE_HEADER;
  // Of a later slice the file is known to be right.
  const problem = from ? null : await faultOf(open, breather);
  if (problem) return { header, problem, entries: nothing() };
  return { header, problem: null, entries: entriesOf(open, from, breather) };
}

async function* nothing(): AsyncGenerator<never> {}

async function faultOf(open: OpenBytes, breather: Breather): Promise<Refusal | null> {
  const items = itemsOf(open, null, breather);
  try {
    for await (const _ of items);
    return null;
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return { code: 1000, reason: error.reason, limit: error.line };
  }
}

async function* entriesOf(
  open: OpenBytes,
  from: Position | null,
  breather: Breather,
): AsyncGenerator<Entry<TechnicianRow>> {
  let entry = from?.entries ?? 0;
  for await (const { bytes, ...where } of itemsOf(open, from, breather)) {
    entry += 1;
    yield { place: { entry, ...where }, read: readItem(bytes) };
  }
}

/** @throws {JsonFault} */
async function* itemsOf(open: OpenBytes, from: Position | null, breather: Breather): AsyncGenerator<RawItem> {
  // The item before has counted the line that it ends on.
  const cutter = new ItemCutter(from && { line: from.line - 1, byte: from.byte });
  for await (const chunk of breather.chunksOf(open(from?.byte ?? 0))) {
    for (const item of cutter.feed(chunk)) {
      yield item;
      if (breather.isDue()) await breather.breathe();
    }
    if (breather.isDue()) await breather.breathe();
  }
  cutter.end();
}
