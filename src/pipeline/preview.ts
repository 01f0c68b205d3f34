import type { ChangeFile } from '../change-file/change-file.ts';
import { Breather } from '../breather.ts';
import type { Hold } from '../change-file/danger.ts';
import type { Foretold } from '../change-file/foretold.ts';
import { notesOf, warningsOf, type Entry } from '../change-file/entry.ts';
import { effectsOf, type Outcome } from '../change-file/outcome.ts';
import type { ReportedFile } from '../change-file/reported-file.ts';
import type { Transaction } from '../database/open.ts';
import { ABSENT_SHOWN } from '../ledger/absent.ts';
import { knownOf } from '../ledger/deciding.ts';
import { tracedRows } from '../ledger/results.ts';
import { tracePieces } from '../report/trace.ts';
import { mayFollow } from '../order/sequence.ts';
import type { OpenChangeFile } from '../spool/take.ts';
import { entrance, plan, type PlanFacts } from './plan.ts';
import { readSlice, type Contents } from './read-slice.ts';
import { shownText } from './shown-entries.ts';

/** What would become of a file. */
export interface Preview {
  /** Of the customer, as reports name it. */
  folder: string;
  reported: ReportedFile;
  /** null where it would have none. */
  trace: Buffer | null;
  outcome: Outcome | null;
  /** What its name and the organisation let it do; null where its kind has no options. */
  inForce: string | null;
  /** Why it would wait for a person; null: it would not. */
  hold: Hold | null;
  /** What it would change; of a held one, once somebody has approved it. null: nothing, or nobody can say. */
  foretold: Foretold | null;
  /** Its number was used already: the first one that is not; null: its own is not. */
  nextNumber: string | null;
  /** SHA-256 of what was read; null where that is not the whole file. */
  digest: string | null;
}

/** Of the configuration, what the answer depends on. */
export interface PreviewSettings extends PlanFacts {
  maskPasswords: boolean;
  /** A number that was used is no reason to refuse the file. */
  anyNumber?: boolean;
  /** Whose work it is; default: nobody's. */
  breather?: Breather;
  /** Default: now. */
  now?: Date;
}

/**
 * The plan of a file, told as its report and its trace would tell it. All entries are decided in one go: a file that
 * could run has no more of them than its caps allow. Writes nothing; the caller's transaction may be read-only.
 */
export async function previewFile(
  tx: Transaction,
  file: ChangeFile,
  opened: OpenChangeFile,
  settings: PreviewSettings,
): Promise<Preview> {
  const { breather = new Breather(), now = new Date() } = settings;
  const asked = await knownOf(tx, file, now);
  const nextNumber = nextNumberOf(file, asked.last);
  const known = settings.anyNumber === true ? { ...asked, last: null } : asked;
  const { folder } = known.owner;
  const { refused, entriesMax } = entrance(file, known, settings);
  const kind = refused ? undefined : settings.kinds.ofFile({ name: file.name, type: file.parsed?.type });
  const inForce = (await kind?.inForce?.(tx, file)) ?? null;
  const slice =
    kind && (await readSlice(kind, opened, file, { entriesMax, sliceEntries: Infinity, breather }));
  const contents: Contents | null = !slice ? null : { ...slice, prepared: slice.kind.pretend(slice.entries) };
  const planned = await plan(tx, { file, contents, known, facts: settings, now, regardless: true, breather });
  const about = { folder, inForce, nextNumber, digest: slice?.digest ?? null };
  if (planned?.kind === 'refuse') {
    const reported = refusedFile(file, planned.refusal, now);
    return { ...about, reported, trace: null, outcome: null, hold: null, foretold: null };
  }
  if ((planned?.kind !== 'apply' && planned?.kind !== 'hold') || !contents)
    throw new Error('a plan regardless of caps either refuses or applies');
  const { outcome, state } = planned.kind === 'hold' ? planned.decided : planned;
  const hold = planned.kind === 'hold' ? planned.hold : null;
  const shown = shownText(contents.kind, contents.header, settings.maskPasswords);
  const trace = await Array.fromAsync(tracePieces([tracedRows(outcome)], shown.header, opened.handle, shown));
  const reported = decidedFile(file, contents.entries, outcome, now);
  const foretold = state === null ? null : ((await contents.kind.foretell?.(tx, state, breather)) ?? null);
  return { ...about, reported, trace: Buffer.concat(trace), outcome, hold, foretold };
}

function nextNumberOf({ parsed }: ChangeFile, last: bigint | null): string | null {
  return parsed && last !== null && !mayFollow(last, parsed.sequence) ? String(last + 1n) : null;
}

/** Of which nothing was read. */
export function refusedFile(
  { name, parsed }: ChangeFile,
  refusal: NonNullable<ReportedFile['refusal']>,
  now: Date,
): ReportedFile {
  const times = { startedAt: now, finishedAt: now };
  return { name, type: parsed?.type ?? null, ...times, refusal, counts: null, failures: [] };
}

function decidedFile(
  { name, parsed }: ChangeFile,
  entries: readonly Entry[],
  outcome: Outcome,
  now: Date,
): ReportedFile {
  const { results, read, written, readErrors, writeErrors, refusal, rest } = outcome;
  const held = refusal?.code === 1001;
  return {
    name,
    type: parsed?.type ?? null,
    source: parsed?.source ?? '',
    startedAt: now,
    finishedAt: now,
    refusal,
    counts: held ? null : { entries: read, written, readErrors, writeErrors },
    failures: held
      ? []
      : results.flatMap(({ place: { entry, line }, subject, refusal: failed }) =>
          failed ? [{ entry, line, subject, refusal: failed }] : [],
        ),
    effects: held ? null : effectsOf(outcome),
    absent: rest
      ? {
          shown: rest.absent.slice(0, ABSENT_SHOWN),
          more: Math.max(rest.absent.length - ABSENT_SHOWN, 0),
        }
      : null,
    warnings: held
      ? []
      : [
          ...notesOf(entries.slice(0, read)),
          ...warningsOf(results),
          ...(rest?.warnings ?? []).map((failed) => ({ kind: 'coded-file' as const, refusal: failed })),
        ],
  };
}
