import type { Command } from './command.ts';
import { escapeHidden } from '../src/shown-text.ts';
import {
  reconcile as reconcileAction,
  type Reconciled,
  type ReconcileAnswer,
} from '../src/actions/reconcile.ts';

const DETAILS = `For a database that has lost its last commits (a failover to a copy that lagged behind, a crash with
synchronous_commit off): files lie in _processed or _error with traces and reports, and neither ledger nor accounts
know of them. So do files that were put there by hand or from a backup: take those away before.

What was carried out goes back into the upload folder under the name it came with, and its trace is removed; it then
runs as if it had just come. Its number was lost with it, and does not stand in its way. Refused files, reports and
traces without their files stay where they are. The daemon compares spool and ledger by itself, at its start and after
every reconnection; log, health and status say so where they differ.

--dry-run says what would be done. Exit 1 where a file could not be put back, 3 where there is nothing to do.`;

export const reconcile: Command = {
  name: 'reconcile',
  usage: '',
  summary: 'compare spool and ledger after a database lost commits, and put files back into the line',
  details: DETAILS,
  options: { 'dry-run': { type: 'boolean' }, json: { type: 'boolean' } },
  count: { min: 0, max: 0 },
  run: async ({ options, call, print, say }) => {
    const dryRun = options['dry-run'] === true;
    const files = await untilFinished(() => call(reconcileAction, { dryRun }));
    if (options.json) print(escapeHidden(JSON.stringify({ dryRun, files })));
    else if (files.length > 0) print(files.map((one) => lineOf(one, dryRun)).join('\n'));
    if (files.length === 0) say('Spool and ledger agree. There is nothing to do.');
    if (files.length === 0) return 3;
    return files.some(({ outcome }) => outcome === 'waits') ? 1 : 0;
  },
};

/** Of a file that waits each answer speaks anew: the last one counts. */
async function untilFinished(askOnce: () => Promise<ReconcileAnswer>): Promise<Reconciled[]> {
  const all = new Map<string, Reconciled>();
  for (;;) {
    const { files, unfinished } = await askOnce();
    for (const one of files) all.set(one.file, one);
    if (!unfinished || files.every(({ outcome }) => outcome === 'waits')) return [...all.values()];
  }
}

function lineOf({ customer, file, outcome, as, note }: Reconciled, dryRun: boolean): string {
  const would = dryRun ? 'would be ' : '';
  const words = {
    'put-back': `${would}put back into the line as ${as}`,
    kept: `${would}kept where it is`,
    waits: `not put back as ${as}`,
  }[outcome];
  return escapeHidden(`${customer} ${file}: ${words}${note === null ? '' : ` (${note})`}`);
}
