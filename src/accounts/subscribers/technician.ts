/** What it is to be a technician: a record beside the account, and licences, which are seats. */
import type { Organisation, Subscriber, Subscription, Technician } from './organisation.ts';
import { freeSeat, hasFreeSeat } from './seats.ts';
import type { License } from './subscription.ts';

/** Single sign-on ids are compared without case. */
export function foldSsoId(ssoId: string): string {
  return ssoId.normalize('NFC').toLowerCase();
}

/** What the account is called of somebody who gives one name: the first word, and the rest. */
export function splitName(name: string): { givenName: string; familyName: string } {
  const [, givenName = name, familyName = ''] = /^(\S+)\s+(.*)$/su.exec(name) ?? [];
  return { givenName, familyName };
}

/** Everybody has a nickname: where none is given, the name. */
export function nicknameOf({ name, nickname }: Technician): string {
  return nickname === '' ? name : nickname;
}

/** Whether another technician of the customer signs in with this id. The id must have been named in the load. */
export function isSsoIdTaken({ ssoIds }: Organisation, ssoId: string, subscriber: number | null): boolean {
  const holder = ssoIds.get(foldSsoId(ssoId));
  return holder !== undefined && holder !== subscriber;
}

/** @param technician null: is none any longer */
export function setTechnician(
  organisation: Organisation,
  subscriber: Subscriber,
  technician: Technician | null,
): void {
  const { ssoIds } = organisation;
  const before = subscriber.technician?.ssoId ?? null;
  if (before !== null && ssoIds.get(foldSsoId(before)) === subscriber.id) ssoIds.delete(foldSsoId(before));
  subscriber.technician = technician;
  const ssoId = technician?.ssoId ?? null;
  if (ssoId !== null) ssoIds.set(foldSsoId(ssoId), subscriber.id);
}

/** Whether the account must choose a password of its own at the next sign-in. */
export function mustChangePassword({ password }: Subscriber): boolean {
  return password.state === 'temporary';
}

export function holdsLicense(organisation: Organisation, subscriber: Subscriber, license: License): boolean {
  return subscriber.seats.some(({ subscription }) => licenseOf(organisation, subscription) === license);
}

/** Of what was bought and is active the first that has a seat left; undefined: none has. */
export function freeLicense({ subscriptions }: Organisation, license: License): Subscription | undefined {
  return [...subscriptions.values()]
    .filter((one) => one.license === license && one.active && hasFreeSeat(one))
    .toSorted((one, other) => one.id - other.id)[0];
}

/** Takes the licences of a kind back: others can have them. @returns whether there were any */
export function releaseLicenses(
  organisation: Organisation,
  subscriber: Subscriber,
  license: License,
): boolean {
  const held = subscriber.seats.filter(
    ({ subscription }) => licenseOf(organisation, subscription) === license,
  );
  for (const seat of held) freeSeat(organisation, subscriber, seat);
  return held.length > 0;
}

function licenseOf({ subscriptions }: Organisation, subscription: number): License | null {
  return subscriptions.get(subscription)?.license ?? null;
}
