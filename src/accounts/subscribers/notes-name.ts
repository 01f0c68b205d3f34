import type { NotesMail, Organisation, Subscriber } from './organisation.ts';

/** Abbreviated names compare without case; blanks around the slashes mean nothing. */
export function foldNotesDn(dn: string): string {
  return dn
    .split('/')
    .map((part) => part.trim().replace(/\s+/g, ' ').toLowerCase())
    .join('/');
}

/** The common name: what stands before the first slash. */
export function commonNameOf(dn: string): string {
  return dn.split('/', 1)[0] ?? '';
}

/** What a row says about the name of a new Notes mail user (rule 9.2). */
export interface NotesNameRequest {
  email: string;
  /** '' where the row gives none. */
  notesDn: string;
  givenName: string;
  familyName: string;
  /** Id of the subscriber, whose own name does not stand in his way; null for a new one. */
  owner: number | null;
}

/** The DN a service-only organisation makes of given and family name. */
export function builtNotesDn(
  organisation: Pick<Organisation, 'name'>,
  givenName: string,
  familyName: string,
): string {
  return `${givenName} ${familyName}/${organisation.name}`;
}

export interface NotesNameResult {
  /** What was looked for, also where it is refused. */
  dn: string;
  /** Why the name cannot be given; null: it can. */
  refused: 'taken' | 'unknown' | 'other-address' | 'ambiguous' | null;
}

/**
 * The DN that a new Notes mail user gets (rule 9.2): for a service-only organisation one that nobody has yet, for a
 * hybrid one that of the person's on-premises entry, whose address must be the account's.
 *
 * Where it is refused the result code is 1034.
 */
export function resolveNotesDn(organisation: Organisation, request: NotesNameRequest): NotesNameResult {
  return organisation.notes === 'hybrid' ? hybridDn(organisation, request) : serviceDn(organisation, request);
}

function serviceDn(organisation: Organisation, request: NotesNameRequest): NotesNameResult {
  const dn = request.notesDn || builtNotesDn(organisation, request.givenName, request.familyName);
  const key = foldNotesDn(dn);
  const holder = organisation.notesDns.get(key);
  const taken =
    (holder !== undefined && holder !== request.owner) ||
    organisation.onPremises.some((entry) => foldNotesDn(entry.dn) === key);
  return { dn, refused: taken ? 'taken' : null };
}

function hybridDn(
  organisation: Organisation,
  { email, notesDn, givenName, familyName, owner }: NotesNameRequest,
): NotesNameResult {
  const wanted = notesDn || `${givenName} ${familyName}`;
  const key = foldNotesDn(wanted);
  const matches = organisation.onPremises.filter(({ dn }) =>
    notesDn ? foldNotesDn(dn) === key : foldNotesDn(commonNameOf(dn)) === key,
  );
  if (matches.length === 0) return { dn: wanted, refused: 'unknown' };
  const own = matches.filter((entry) => entry.email === email);
  const [entry] = own;
  if (!entry) return { dn: wanted, refused: 'other-address' };
  if (own.length > 1) return { dn: wanted, refused: 'ambiguous' };
  const holder = organisation.notesDns.get(foldNotesDn(entry.dn));
  return { dn: entry.dn, refused: holder === undefined || holder === owner ? null : 'taken' };
}

/** Gives a subscriber Notes mail; nobody else can have the name from now on. */
export function giveNotesMail(organisation: Organisation, subscriber: Subscriber, notes: NotesMail): void {
  giveUpNotesMail(organisation, subscriber);
  subscriber.notes = notes;
  organisation.notesDns.set(foldNotesDn(notes.dn), subscriber.id);
}

/** Template and name go; anybody may have the name from now on. */
export function giveUpNotesMail(organisation: Organisation, subscriber: Subscriber): void {
  const former = subscriber.notes && foldNotesDn(subscriber.notes.dn);
  if (former !== null && organisation.notesDns.get(former) === subscriber.id)
    organisation.notesDns.delete(former);
  subscriber.notes = null;
}
