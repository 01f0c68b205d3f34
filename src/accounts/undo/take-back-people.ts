/** Takes back what a file did to some people: loads what is known of them, decides in memory, writes it. */
import type { Transaction } from '../../database/open.ts';
import { loadGroups } from '../groups/load.ts';
import { saveGroups } from '../groups/save.ts';
import { loadOrganisation } from '../subscribers/load.ts';
import { foldNotesDn } from '../subscribers/notes-name.ts';
import { saveOrganisation } from '../subscribers/save.ts';
import { foldSsoId } from '../subscribers/technician.ts';
import type { Claim } from './claim.ts';
import { takeBackPeople } from './people.ts';
import { followedBy, personCase, type FollowedUp } from './person-case.ts';
import * as rows from './rows.ts';
import { claimsOf, originOf, saveTold, undoName, type TakeBack, type TakeBackCounts } from './work.ts';

export async function takeBackPeopleOf(
  tx: Transaction,
  work: TakeBack,
  ids: readonly number[],
  followed: ReadonlyMap<number, FollowedUp[]>,
): Promise<TakeBackCounts> {
  const { customer, file, now } = work;
  const { claims, before } = await claimsOf(tx, work, 'person', ids);
  const addresses = await rows.addressesOf(tx, customer, ids);
  const organisation = await loadOrganisation(tx, customer, {
    emails: [...new Set([...addresses.values(), ...before('email')])],
    notesDns: before('notes.dn').map(foldNotesDn),
    ssoIds: before('technician.ssoId').map(foldSsoId),
  });
  const groups = await loadGroups(tx, customer, { names: groupNames(claims), subscribers: ids });
  const objectIds = await rows.objectIdHolders(tx, customer, before('managedBy.objectId'));
  const byId = new Map([...organisation.subscribers.values()].map((one) => [one.id, one]));
  const cases = [...claims].map(([id, claim]) =>
    personCase(groups, { id, person: byId.get(id) ?? null, claim, followed: followed.get(id) ?? [] }),
  );
  const ended = takeBackPeople({ organisation, groups, objectIds, now, name: undoName(file.name) }, cases);
  await rows.endAccounts(tx, ended, now);
  await saveOrganisation(tx, organisation, originOf(work), now);
  await saveGroups(tx, customer, groups);
  const undone = cases.filter(({ isLeftOut }) => !isLeftOut);
  const due = undone.flatMap(({ id, claim }) => followedBy(claim, followed.get(id) ?? []));
  await rows.callOff(
    tx,
    due.filter(({ isDone }) => !isDone).map(({ id }) => id),
    now,
  );
  return saveTold(tx, work, 'person', cases, ({ id }) => addresses.get(id) ?? lastAddress(claims.get(id)));
}

function groupNames(claims: ReadonlyMap<number, Claim>): string[] {
  const fields = [...claims.values()].flatMap(({ mine }) => mine.flatMap(({ diff }) => Object.keys(diff)));
  const names = fields
    .filter((field) => field.startsWith('group.'))
    .map((field) => field.slice('group.'.length));
  return [...new Set(names)];
}

/** Of somebody who is gone. */
function lastAddress(claim: Claim | undefined): string {
  const texts = claim?.mine.flatMap(({ diff: { email } }) => (Array.isArray(email) ? email : [])) ?? [];
  return texts.filter((text) => typeof text === 'string').at(-1) ?? '';
}
