import type { Command } from './command.ts';
import { escapeHidden } from '../src/shown-text.ts';
import {
  reconcile as reconcileAction,
  type Reconciled,
  type ReconcileAnswer,
  type ReconcileNote,
} from '../src/actions/reconcile.ts';
import { commands } from '../src/messages/en/commands.ts';
import { operator } from '../src/messages/en/operator.ts';

const words = commands.reconcile;

export const reconcile: Command = {
  name: 'reconcile',
  usage: '',
  summary: words.summary,
  details: words.details,
  options: { 'dry-run': { type: 'boolean' }, json: { type: 'boolean' } },
  count: { min: 0, max: 0 },
  run: async ({ options, call, print, say }) => {
    const dryRun = options['dry-run'] === true;
    const files = await untilFinished(() => call(reconcileAction, { dryRun }));
    if (options.json) print(escapeHidden(JSON.stringify({ dryRun, files: files.map(shownNote) })));
    else if (files.length > 0) print(files.map((one) => lineOf(one, dryRun)).join('\n'));
    if (files.length === 0) say(words.nothing);
    if (files.length === 0) return 3;
    return files.some(({ outcome }) => outcome === 'waits') ? 1 : 0;
  },
};

function noteText(note: ReconcileNote): string {
  const { notes } = operator.reconcile;
  return note.reason === 'late-number' ? notes[note.reason](note) : notes[note.reason]();
}

/** The note as text too, beside its code and values. */
function shownNote({ note, ...rest }: Reconciled): object {
  if (note === null) return { ...rest, note };
  const { reason, ...values } = note;
  return { ...rest, note: noteText(note), reason, values };
}

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
  const name = as ?? '';
  const what = {
    'put-back': dryRun ? words.wouldRequeue(name) : words.requeued(name),
    kept: dryRun ? words.wouldKeep : words.kept,
    waits: words.notRequeued(name),
  }[outcome];
  return escapeHidden(`${customer} ${file}: ${what}${note === null ? '' : words.note(noteText(note))}`);
}
