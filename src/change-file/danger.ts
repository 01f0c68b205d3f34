/** What a file would take from people, counted before anything of it is applied: what a guard decides on. */
export interface Danger {
  /** Who is missing from a full list and would be removed or disabled for it. */
  absent: number;
  /** Whom a full list disables by name. */
  disabled: number;
  /** Whom commands remove, suspend or disable; left out: nobody. */
  removed?: number;
  /** Who would get another address; left out: nobody. */
  addresses?: number;
  /** How many people could be hit: those whom the source keeps, of commands those of the customer. */
  of: number;
  /** It is a list of other people than the source's last applied one was. */
  scopeChanged: boolean;
  /** What the damage looks like; left out where it looks like nothing that is known. */
  signs?: readonly Sign[];
}

/** What a kind says of its decided entries. */
export interface Weight extends Omit<Danger, 'of'> {
  /** null: not counted yet. */
  of: number | null;
  /** Of removals, where the kind has its own; else the guards of customer and source hold. */
  limits?: PeopleLimits;
}

/** What a person would look for in a file that went wrong, as a code with its values. */
export type Sign =
  | /** Almost all who would go are of one department. */ {
      sign: 'department';
      value: string;
      people: number;
    }
    /** The list is in the order of its addresses, and all who are missing come after its last line. */
  | { sign: 'cut-off'; value: string }
  /** About every second one is missing. */
  | { sign: 'half'; people: number }
  /** So many would get an address that somebody else of the file has now: a column has slipped. */
  | { sign: 'slipped'; people: number };

/** Above any of them a file waits for a person (order/guard.ts); fewer than five people never are too many percent. */
export interface PeopleLimits {
  percent: number;
  people: number;
}

export interface Guards {
  /** People who are removed, suspended or disabled by one file, and by the source's files of 24 hours; null: off. */
  removals: (PeopleLimits & { /** null: off. */ perDay: number | null }) | null;
  /** People who get another address by one file; null: off. */
  addresses: PeopleLimits | null;
  /** Entries of a file: `factor` times as many as the largest of the source's last ones, and at least `entries`; null: off. */
  size: { factor: number; entries: number } | null;
  /** Two different people must approve. */
  secondPerson: boolean;
}

/** What an organisation file says of guards; what it leaves out is as it is one step up. */
export interface GuardSettings {
  removals?:
    | false
    | {
        people?: number | undefined;
        percent?: number | undefined;
        perDay?: number | false | undefined;
      }
    | undefined;
  addresses?: false | { people?: number | undefined; percent?: number | undefined } | undefined;
  size?: false | { factor?: number | undefined; entries?: number | undefined } | undefined;
  secondPerson?: boolean | undefined;
}

/** Where neither customer nor source says otherwise. */
export const GUARDS: Guards = {
  removals: { percent: 10, people: 50, perDay: 50 },
  addresses: { percent: 10, people: 50 },
  size: { factor: 10, entries: 100 },
  secondPerson: false,
};

/** Of full lists, where a source has none of its own. */
export const GUARD: PeopleLimits = { percent: 10, people: 50 };

export type HoldReason = 'people' | 'percent' | 'day' | 'scope' | 'addresses' | 'size' | 'more-than-approved';

/** What the number counts that a person is asked to confirm. */
export type Counted = 'people' | 'addresses' | 'entries';

/** Why a file is held, as the ledger keeps it. */
export interface Hold extends Danger {
  reason: HoldReason;
  /** Left out: people. */
  counts?: Counted;
  /** More than were approved: how many were. */
  approved?: number;
  /** Whom files of the source have removed or suspended within the 24 hours before, unless a person had approved it. */
  earlier?: number;
  /** Where it is far larger than the source's last files were: its entries, and those of the largest of them. */
  size?: { entries: number; usual: number };
  /** Two different people must approve it. */
  secondPerson?: boolean;
  /** Who has approved it so far, where one is not enough. */
  approvals?: readonly Approval[];
}

/** One of several that are needed. */
export interface Approval {
  /** `operator:NAME` or `login:NAME`. */
  by: string;
  /** ISO 8601. */
  at: string;
  number: number;
  withoutRemovals: boolean;
  /** As of a ruling. */
  answer?: string;
}

/** Why a held file is not carried out. */
export type DiscardReason = 'rejected' | 'replaced' | 'expired';

/** How much of it may be done. */
export interface Approved {
  /** So many people may be removed, suspended or disabled. */
  people: number;
  /** So many may get another address, and so many entries it may have; left out: any number. */
  addresses?: number;
  entries?: number;
  /** Whoever it would remove, suspend or disable stays. */
  withoutRemovals?: true;
}

/** What became of a held file; its turn comes again, and carries it out. */
export type Ruling = (
  ({ verdict: 'approved' } & Approved) | { verdict: 'discarded'; why: DiscardReason; people: number }
) & {
  /** Which file has said so, so that it is not heard twice; left out where none has. */
  answer?: string;
  /** In the words of the one who decided; left out where there are none. */
  reason?: string;
};

/** Who would be removed, suspended or disabled. */
export function peopleOf({
  absent,
  disabled,
  removed = 0,
}: Pick<Danger, 'absent' | 'disabled' | 'removed'>): number {
  return absent + disabled + removed;
}

/** The number that a person is asked to confirm. */
export function numberOf(hold: Hold): number {
  const { counts = 'people', addresses = 0, size } = hold;
  if (counts === 'people') return peopleOf(hold);
  return counts === 'addresses' ? addresses : (size?.entries ?? 0);
}

/** In whole percent, as a person reads it; never 0 where somebody is hit. */
export function percentOf(danger: Pick<Danger, 'absent' | 'disabled' | 'removed' | 'of'>): number {
  return shareOf(peopleOf(danger), danger.of);
}

export function shareOf(people: number, of: number): number {
  return people === 0 ? 0 : Math.max(1, Math.round((people * 100) / Math.max(of, people)));
}

export type Verdict = 'approve' | 'approve-without-removals' | 'discard';

/** `FILE.approve` and so on, uploaded beside a held FILE, decide it. */
const DECISION = /^(.+)\.(approve|approve-without-removals|discard)$/is;

/** @returns null where the name is no answer to a held file */
export function decisionIn(name: string): { file: string; verdict: Verdict } | null {
  const [, file, verdict] = DECISION.exec(name) ?? [];
  if (file === undefined || verdict === undefined) return null;
  return { file, verdict: verdict.toLowerCase() as Verdict };
}

/** More of a reason is not kept. */
export const REASON_CHARACTERS_MAX = 500;

/** As it is kept: in one line, and no longer than it may be. */
export function keptReason(text: string): string {
  const line = text
    .replaceAll('\0', '\ufffd')
    .split(/[\r\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(' / ');
  return [...line].slice(0, REASON_CHARACTERS_MAX).join('').toWellFormed();
}
