/** What the journal tells of something that happened, before it is known for whom it is written. */
import { symbolOf, isSkipped, type ResultCode } from '../change-file/result-code.ts';
import { anonymous, member, outsider, type JournalActor } from './record.ts';

/** The archives that this program writes. */
export const TOKENS = ['BSS', 'CONTACT', 'AUTH', 'FILES2'] as const;
export type Token = (typeof TOKENS)[number];

export interface Thing {
  type: 'USER' | 'SUBSCRIPTION' | 'CUSTOMER' | 'CONTACT' | 'FILE';
  /** '' where it has none. */
  id: string;
  name: string;
}

export interface Told {
  token: Token;
  action: string;
  object: Thing | null;
  target: Thing | null;
  /** null: it was done. */
  reason: string | null;
  extra: readonly (readonly [key: string, value: string])[];
}

export function told(token: Token, action: string, object: Thing | null, more: Partial<Told> = {}): Told {
  return { token, action, object, target: null, reason: null, extra: [], ...more };
}

/** A person as an object: no address stands in the name, whatever somebody has taken for a name. */
export function user(id: number | null, name: string): Thing {
  const words = name.split(' ').filter((word) => !word.includes('@'));
  return { type: 'USER', id: id === null ? '' : String(id), name: words.join(' ') };
}

/** Who acts. */
export interface Actor {
  /** The address; at a door the login. */
  login: string;
  /** Of the subscriber; null: the login is the address of nobody. */
  id: number | null;
  /** The customer whose subscriber it is; null where it is nobody's. */
  of: number | null;
}

/**
 * The actor as the organisation that owns the journal may see it.
 *
 * @param actor null: the operator or the program itself, which have no account
 */
export function actorFor(owner: number, actor: Actor | null): JournalActor {
  if (!actor) return anonymous;
  const { login, id, of } = actor;
  if (of !== null && of !== owner) return outsider(login, String(id), String(of));
  return member(login, id === null ? null : String(id), String(owner));
}

/** An entry that was refused, and whom it was about. */
export interface RefusedEntry {
  about: 'person' | 'contact';
  /** null: nobody was found. */
  id: number | null;
  /** Of who was found, else as the entry gives it. */
  name: string;
  /** As the results have it; null where it did not come so far. */
  operation: string | null;
  code: ResultCode;
}

/** Action of a failed entry, by the operation of a provisioning file. */
const ACTIONS: Readonly<Record<string, string>> = {
  Add: 'ADDSUBSCRIBER',
  Update: 'UPDATESUBSCRIBER',
  Suspend: 'SUSPENDSUBSCRIBER',
  Resume: 'UNSUSPENDSUBSCRIBER',
  Remove: 'REMOVESUBSCRIBER',
  AssignSeat: 'ENTITLESUBSCRIBER',
  ChangeSeat: 'TRANSFERSEAT',
  RevokeSeat: 'REVOKESUBSCRIBER',
  Rename: 'UPDATESUBSCRIBER',
  ChangeStorage: 'CHANGEQUOTA',
  ResendInvitation: 'RESENDWELCOM',
};

/** @returns null where the entry was skipped: it did what the options of its file say */
export function tellRefused({ about, id, name, operation, code }: RefusedEntry): Told | null {
  if (isSkipped(code)) return null;
  const reason = symbolOf(code);
  if (about === 'contact') {
    const action = operation?.toLowerCase() === 'delete' ? 'DELETE' : 'CREATE';
    return told('CONTACT', action, { type: 'CONTACT', id: '', name }, { reason });
  }
  const action = ACTIONS[operation ?? ''] ?? (id === null ? 'ADDSUBSCRIBER' : 'UPDATESUBSCRIBER');
  return told('BSS', action, user(id, name), { reason });
}
