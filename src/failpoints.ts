/**
 * Named moments on the way of a change file at which a test can let the daemon die or fail. Off, one costs a
 * comparison.
 */
export const FAILPOINTS = [
  'bytes-received',
  'synced',
  'renamed',
  'announced',
  'admitted',
  'claimed',
  'taken',
  'loaded',
  'held',
  'ruled',
  'sequence-ruled',
  'decision-removed',
  'saved',
  'committed',
  'trace-written',
  'moved',
  'filed',
  'batch-left',
  'receipts-kept',
  'receipt-written',
  'report-written',
  'batch-closed',
  'undo-asked',
  'undo-request-removed',
  'undo-saved',
  'undo-committed',
  'undo-traced',
  'undo-reported',
  'undo-done',
  'trial-planned',
  'trial-answered',
  'purged',
  'journal-closed',
  'journal-rendered',
  'journal-renamed',
  'journal-published',
  'journal-removed',
  'telling',
  'told',
  'notice-claimed',
  'notice-delivered',
] as const;

export type Failpoint = (typeof FAILPOINTS)[number];

let listener: ((name: Failpoint) => void) | null = null;

/** Says that this point has been passed. */
export function failpoint(name: Failpoint): void {
  listener?.(name);
}

/** @param next called at every step from now on; what it throws is thrown there. null: off */
export function listenToFailpoints(next: ((name: Failpoint) => void) | null): void {
  listener = next;
}

/**
 * For the fault harness: the process dies at a step, as if power had been lost.
 *
 * @param wanted `name:n`, the n-th time counted from 1
 */
export function dieAtStep(wanted: string): void {
  const [name, count = '1'] = wanted.split(':');
  let left = Number(count);
  listenToFailpoints((passed) => {
    if (passed !== name) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  });
}
