/** What a file would do, told before it is done: the plan of a tried file, and of a check. */
const entries = (count: number) => (count === 1 ? '1 entry' : `${count} entries`);

export const plan = {
  title: (file: string) => `Plan of ${file}`,
  outcomes: {
    applied: 'Would be applied without errors.',
    applied_with_errors: 'Would be applied with errors.',
    refused: 'Would be rejected.',
    held: 'Would be held for approval; nothing is applied before somebody decides.',
  },
  refusal: (message: string, code: number | null, symbol: string | null) =>
    code === null ? `Reason: ${message}` : `Reason: ${message} (${code} ${symbol ?? ''})`,
  held: (why: string, people: number) => `Held because: ${why}; to approve it, confirm the number ${people}.`,
  uploadAs: (name: string) =>
    `Its sequence number was used already: upload it as ${name}, or with a higher number.`,
  counts: (all: number, done: number, failed: number) =>
    `${entries(all)}: ${done} would succeed, ${failed} would fail.`,
  effects: { added: 'added', changed: 'changed', suspended: 'suspended or disabled', removed: 'removed' },
  subjects: {
    people: (effect: string, count: number) => `People ${effect}: ${count}`,
    contacts: (effect: string, count: number) => `Contacts ${effect}: ${count}`,
  },
  /** @param fields names of what is different, `''` where nothing is told of it */
  subject: (name: string, fields: string) => (fields === '' ? name : `${name} (${fields})`),
  more: (count: number) => `and ${count} more`,
  unchanged: (count: number) => `Entries that change nothing: ${count}`,
  seats: (subscription: number, before: number, after: number, of: number) =>
    `Seats of subscription ${subscription}: ${before} used, ${after} afterwards, of ${of}`,
  refused: (
    { code, symbol, skipped, count }: { code: number; symbol: string; skipped: boolean; count: number },
    list: string,
  ) => `${skipped ? 'Skipped' : 'Failing'} with ${code} ${symbol}: ${count} (entry ${list})`,
  nothingDone: 'This is a plan: nothing was changed, and no number or cap was used.',
};
