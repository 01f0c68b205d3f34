/** What a subscription is, and what rights its seats bring (rules 5, 7 and 8). */
export type SubscriptionKind =
  | 'collaboration'
  | 'mail'
  | 'bundle'
  | 'accessory'
  | 'storage'
  | 'third_party'
  /** Of technicians: change files for provisioning cannot name it. */
  | 'license';
export type License = 'standard' | 'mobile';
export type MailType = 'notes' | 'inotes';
export type BundlePart = 'collaboration' | MailType;
export type Pool = 'files' | 'mail';

interface Offer {
  kind: SubscriptionKind;
  mail: MailType | null;
  parts: readonly BundlePart[];
}

/** The mail type that a seat brings, alone or as part of a bundle; null for none. */
export function mailTypeOf(subscription: Offer): MailType | null {
  if (subscription.kind === 'mail') return subscription.mail;
  return subscription.parts.find((part) => part !== 'collaboration') ?? null;
}

/** Whether a seat brings collaboration, alone or as part of a bundle. */
export function hasCollaboration(subscription: Offer): boolean {
  return subscription.kind === 'collaboration' || subscription.parts.includes('collaboration');
}

/** Single collaboration or mail seats and bundles are base seats; accessories sit on them. */
export function isBase(subscription: Offer): boolean {
  return ['collaboration', 'mail', 'bundle'].includes(subscription.kind);
}

/** Whether `base` carries the accessory: one of its `needs` names the base's id or something that it brings. */
export function carries(base: Offer & { id: number }, accessory: { needs: readonly string[] }): boolean {
  if (!isBase(base)) return false;
  const mail = mailTypeOf(base);
  const brings = new Set<string>([String(base.id)]);
  if (hasCollaboration(base)) brings.add('collaboration');
  if (mail) brings.add('mail').add(mail);
  return accessory.needs.length === 0 || accessory.needs.some((need) => brings.has(need));
}
