import type { DeclaredSubscription } from '../../src/accounts/setup/organisation-file.ts';
import type { Model, ModelSubscriber } from './accounts.ts';
import { isVerifying, newNotesTemplate } from './add.ts';
import { given, isEmail, isSuppressValueWrong, suppressesAll } from './fields.ts';
import { assignToChecks } from './lifecycle.ts';
import { dnWishOf, resolveDn } from './notes.ts';
import { BUNDLE_NEEDS_ALTERNATIVE_ADDRESS } from './readings.ts';
import type { ModelRecord } from './record.ts';
import { firstRefusal } from './refusal.ts';
import {
  areCompatible,
  carries,
  dropUncarriedAccessories,
  hasCollaboration,
  hasInotes,
  hasMail,
  hasNotes,
  held,
  heldBases,
  isFull,
  named,
  takeSeat,
} from './seats.ts';
import { invite } from './state.ts';

/** 6.6. */
export function assignSeat(model: Model, user: ModelSubscriber, record: ModelRecord): number {
  const wanted = named(model, record, 'subscriptionId');
  const code = firstRefusal([
    [1079, () => given(record, 'subscriptionId') === undefined],
    [1003, () => wanted === undefined],
  ]);
  if (code !== 0 || !wanted) return code;
  return assign(model, user, record, wanted);
}

function assign(
  model: Model,
  user: ModelSubscriber,
  record: ModelRecord,
  wanted: DeclaredSubscription,
): number {
  const { customer } = model;
  const bases = heldBases(model, user);
  const accessory = wanted.kind === 'accessory';
  const bundled = bases.some((one) => one.kind === 'bundle');
  const alternative = given(record, 'altEmailAddress');
  const notes = hasNotes(wanted);
  const dn = notes ? resolveDn(model, dnWishOf(record, user, true)) : null;
  const template = newNotesTemplate(model, record, user.profile.language || (customer.contactLanguage ?? ''));
  const code = firstRefusal([
    [1063, () => !wanted.active],
    [1037, () => wanted.kind === 'third_party'],
    [1090, () => accessory && customer.accessories === false],
    [1020, () => accessory && !bases.some((base) => carries(base, wanted))],
    [1073, () => user.seats.has(wanted.id)],
    [1088, () => (wanted.kind === 'bundle' ? bases.length > 0 : !accessory && bundled)],
    [1004, () => hasMail(wanted) && bases.some(hasMail)],
    [1005, () => hasCollaboration(wanted) && bases.some(hasCollaboration)],
    [1030, () => needsAlternative(wanted) && alternative === undefined],
    [1029, () => alternative !== undefined && !isEmail(alternative)],
    [1058, () => isSuppressValueWrong(record)],
    [1086, () => notes && customer.notes === 'none'],
    [1060, () => hasInotes(wanted) && customer.inotes === false],
    [1034, () => notes && dn === null],
    [1055, () => notes && template === null],
    [1007, () => isFull(model, wanted)],
    [1040, () => !user.roles.includes('user')],
  ]);
  if (code !== 0) return code;
  const mustActivate =
    user.state === 'active' && !accessory && user.federationType !== 'FEDERATED' && isVerifying(model);
  takeSeat(user, wanted.id, mustActivate ? 'assigned' : 'active');
  const empty = { template: null, version: null, locale: null, forms: null };
  if (dn !== null) user.notes = { dn, ...empty, ...template };
  if (alternative !== undefined) user.alternative = alternative.toLowerCase();
  if ((mustActivate || isInvitable(model, user)) && !suppressesAll(record)) invite(user);
  return 0;
}

function needsAlternative(wanted: DeclaredSubscription): boolean {
  return hasMail(wanted) && (wanted.kind === 'mail' || BUNDLE_NEEDS_ALTERNATIVE_ADDRESS);
}

function isInvitable(model: Model, user: ModelSubscriber): boolean {
  return (
    user.state === 'pending' && user.federationType !== 'FEDERATED' && isVerifying(model) && !user.hasPassword
  );
}

const BASE_KEYWORDS: Record<string, string> = { COLLAB: 'collaboration', MAIL: 'mail', BUNDLE: 'bundle' };
const ACCESSORY_KEYWORDS = new Set([
  'BLACKBERRY_HOSTED',
  'BLACKBERRY_HOSTED_MDS',
  'TRAVELER',
  'BES_ACCESS',
  'IBM_DOCS',
  'RETENTION',
]);

/** 6.8. */
export function revokeSeat(model: Model, user: ModelSubscriber, record: ModelRecord): number {
  const keyword = given(record, 'subscriptionId')?.toUpperCase() ?? '';
  const kind = BASE_KEYWORDS[keyword];
  const going = held(model, user).filter((one) =>
    kind ? one.kind === kind : one.accessory?.toUpperCase() === keyword,
  );
  const movable = keyword === 'COLLAB' || (keyword === 'BUNDLE' && going.some(hasCollaboration));
  const code = firstRefusal([
    [1017, () => !kind && !ACCESSORY_KEYWORDS.has(keyword)],
    [1018, () => going.length === 0],
    [1019, () => keyword === 'MAIL' && given(record, 'assignTo') !== undefined],
    ...assignToChecks(model, user, record, [1043, () => !movable]),
  ]);
  if (code !== 0) return code;
  for (const one of going) user.seats.delete(one.id);
  dropUncarriedAccessories(model, user);
  return 0;
}

/** 6.11. */
export function changeStorage(model: Model, user: ModelSubscriber, record: ModelRecord): number {
  const id = record['subscriptionId'] ?? '';
  const base = /^\d+$/.test(id) ? model.subscriptions.get(Number(id)) : undefined;
  if (!base) return 1003;
  const sizes = { files: given(record, 'collabExtraStorage'), mail: given(record, 'mailExtraStorage') };
  const kinds = (['files', 'mail'] as const).filter((kind) => sizes[kind] !== undefined);
  const wanted = { files: Number(sizes.files ?? 0), mail: Number(sizes.mail ?? 0) };
  const seat = user.seats.get(base.id);
  const pools = (kind: 'files' | 'mail') => model.customer.subscriptions.filter((one) => one.pool === kind);
  const code = firstRefusal([
    [1041, () => kinds.length === 0 || kinds.some((kind) => !/^\d+$/.test(sizes[kind] ?? ''))],
    [1018, () => !seat],
    [1042, () => kinds.some((kind) => !(kind === 'files' ? hasCollaboration(base) : hasMail(base)))],
    [1044, () => kinds.some((kind) => pools(kind).length === 0)],
    [1045, () => kinds.some((kind) => wanted[kind] > roomOf(model, kind, pools(kind)) + (seat?.[kind] ?? 0))],
    [1089, () => kinds.some((kind) => !pools(kind).some((pool) => fits(model, pool, base)))],
  ]);
  if (code === 0 && seat) for (const kind of kinds) seat[kind] = wanted[kind];
  return code;
}

function roomOf(model: Model, kind: 'files' | 'mail', pools: DeclaredSubscription[]): number {
  const bought = pools.reduce((sum, pool) => sum + pool.gigabytes, 0);
  const seats = model.subscribers.flatMap((one) => [...one.seats.values()]);
  return bought - seats.reduce((sum, seat) => sum + seat[kind], 0);
}

/** A pool that names no base subscription, and that none names, fits them all. */
function fits(model: Model, pool: DeclaredSubscription, base: DeclaredSubscription): boolean {
  const choosy = model.customer.subscriptions.some((one) => areCompatible(pool, one));
  return !choosy || areCompatible(pool, base);
}
