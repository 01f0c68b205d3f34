/** What events say for the journal of the customer (src/journal), beside what they say for everybody. */

/** The key `journal` of an event's data is shown nowhere. An event without it is not told in the journal. */
export interface Journalled<Facts> {
  journal?: Facts;
}

/** Changes of people, by their numbers (`change.seq`); `to` is added where it is recorded, null: there are none. */
export interface ChangesTold {
  from: number;
  to?: number | null;
}

/** Entries of a change file that were decided in one transaction. */
export interface SliceTold extends ChangesTold {
  /** Of the change file. */
  file: number;
  first: number;
  last: number;
  /** In whose name; null: of the operator. */
  by: { id: number; email: string } | null;
}

/** What an organisation file says of the customer itself. */
export interface SetupTold extends ChangesTold {
  /** Of the customer. */
  name: string;
  registered: boolean;
  updated: boolean;
  /** Those that were added or changed; `was`: the name before, null: it is new. */
  subscriptions: { id: number; was: string | null; name: string }[];
}

/** Who acts at a door, and of which customer that is; null: the login is the address of nobody. Added where it is recorded. */
export interface VisitorTold {
  id: number | null;
  of: number | null;
}
