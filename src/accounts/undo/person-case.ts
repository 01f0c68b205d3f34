/** One person of an undo: what would come back, and why some of it does not. Pure. */
import type { UndoRemark } from '../../change-file/undo.ts';
import { diffOf, type Fields } from '../changes/diff.ts';
import { groupFields, membershipsOf, type Groups } from '../groups/groups.ts';
import { fieldsOf } from '../subscribers/changes.ts';
import type { Organisation, Subscriber } from '../subscribers/organisation.ts';
import { isNew, wayBack, type Claim, type Reverse } from './claim.ts';

/** Something that followed from the file's changes of a person. */
export interface FollowedUp {
  /** Of its row in the outbox. */
  id: number;
  topic: 'invitation' | 'content' | 'removal' | 'notice';
  entry: number;
  /** Mail has left, or others have been told; else it is called off. */
  isDone: boolean;
  /** Of mail that was sent: to which address. */
  sentTo: string | null;
}

export interface PersonCase {
  id: number;
  claim: Claim;
  /** null: no account is there any more. */
  person: Subscriber | null;
  /** All that is known of the person now; empty where nobody is there. */
  now: Fields;
  /** The file has made the account: it goes. */
  isNew: boolean;
  /** Fields that come back; seats and groups among them. */
  back: Map<string, Reverse>;
  /** The password that the file has set goes, for there was none before. */
  losesPassword: boolean;
  /** Nothing of the person is taken back. */
  isLeftOut: boolean;
  remarks: UndoRemark[];
}

export interface PeopleState {
  organisation: Organisation;
  groups: Groups;
  /** Source and object id of the wanted ones, joined by a NUL → who has them. */
  objectIds: ReadonlyMap<string, number>;
  now: Date;
  /** For "last change". */
  name: string;
}

export function personCase(
  groups: Groups,
  given: { id: number; person: Subscriber | null; claim: Claim; followed: readonly FollowedUp[] },
): PersonCase {
  const { id, person, claim, followed } = given;
  const { fields: back, secret } = wayBack(claim.mine);
  const made: PersonCase = {
    id,
    claim,
    person,
    now: person ? fieldsNow(person, groups) : {},
    isNew: isNew(claim.mine, 'state'),
    back,
    losesPassword: false,
    isLeftOut: claim.blocked !== null || person === null,
    remarks: claim.blocked ? [claim.blocked] : person ? [] : [{ code: 'removed-for-good' }],
  };
  if (made.isLeftOut) return made;
  if (!made.isNew) {
    dropDiffering(made);
    if (secret.has('password')) noteSecret(made);
    if (back.get('invitation.state')?.was === 'pending') made.remarks.push({ code: 'old-link' });
  }
  noteFollowedUp(made, followed);
  return made;
}

export function fieldsNow(person: Subscriber, groups: Groups): Fields {
  return { ...fieldsOf(person), ...groupFields(membershipsOf(groups, person.id)) };
}

/** What nobody has recorded a change of, and yet it is another now, stays. */
function dropDiffering({ back, now, remarks }: PersonCase): void {
  for (const [field, { is }] of back) {
    if (Object.keys(diffOf({ [field]: is }, { [field]: now[field] })).length === 0) continue;
    back.delete(field);
    remarks.push({ code: 'field-differs', field });
  }
}

/** Nobody knows an earlier password; that there was none is known. */
function noteSecret(made: PersonCase): void {
  const state = made.back.get('passwordState');
  made.back.delete('passwordState');
  if (state?.was === null) made.losesPassword = true;
  else made.remarks.push({ code: 'password' });
}

/** Of the changes that are taken back. */
export function followedBy({ mine }: Claim, followed: readonly FollowedUp[]): FollowedUp[] {
  const entries = new Set(mine.map(({ entry }) => entry));
  return followed.filter(({ entry }) => entries.has(entry));
}

function noteFollowedUp({ claim, remarks }: PersonCase, followed: readonly FollowedUp[]): void {
  const own = followedBy(claim, followed);
  for (const { sentTo } of own) if (sentTo !== null) remarks.push({ code: 'mail-sent', value: sentTo });
  if (own.some(({ topic }) => topic === 'content')) remarks.push({ code: 'content' });
}
