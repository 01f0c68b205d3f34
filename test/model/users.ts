/** The model's own judgement of a row of a bulk user file: plain lists, and no rule shared with the program. */
import { isVerifying } from './add.ts';
import type { Model, ModelSubscriber } from './accounts.ts';
import { hasInotes, hasNotes, heldBases } from './seats.ts';
import { allowedFederationTypes, emptyProfile, invite, isOwnDomain, isTaken } from './state.ts';

export type UserCells = Readonly<Record<string, string>>;

export interface ModelMembership {
  primary: boolean;
  canSend: boolean;
  admin: boolean;
}

/** What bulk user files know of a person besides the account; groups in the order in which the person came. */
export interface ModelExtra {
  company: string;
  initials: string;
  areaCode: string;
  canSign: boolean;
  groups: Map<string, ModelMembership>;
}

export interface UsersWorld {
  model: Model;
  extras: Map<ModelSubscriber, ModelExtra>;
  /** Name → whether new members may send. */
  groups: Map<string, boolean>;
}

export interface FileRights {
  words: readonly string[];
  /** The group that the source acts for; null: the whole account. */
  group: string | null;
}

const DEFAULT = 'Default Group';

export function extraOf({ extras, groups }: UsersWorld, user: ModelSubscriber): ModelExtra {
  const known = extras.get(user);
  if (known) return known;
  const primary = { primary: true, canSend: groups.get(DEFAULT) ?? true, admin: false };
  const extra = {
    company: '',
    initials: '',
    areaCode: '',
    canSign: true,
    groups: new Map([[DEFAULT, primary]]),
  };
  extras.set(user, extra);
  return extra;
}

/** @returns the code, and what the row did where that is 0 */
export function applyUserRow(
  world: UsersWorld,
  row: UserCells,
  rights: FileRights,
): { code: number; effect: 'created' | 'updated' | 'unchanged' | null } {
  const user = world.model.subscribers.find(
    (one) => one.email === row['Email Address']?.toLowerCase() && one.state !== 'remove_pending',
  );
  const code = codeOf(world, row, rights, user);
  if (code !== 0) return { code, effect: null };
  if (!user) {
    create(world, row, rights);
    return { code, effect: 'created' };
  }
  const before = picture(world, user);
  write(world, user, row, rights);
  return { code, effect: picture(world, user) === before ? 'unchanged' : 'updated' };
}

function picture(world: UsersWorld, user: ModelSubscriber): string {
  const { groups, ...extra } = extraOf(world, user);
  const rest = { ...user, seats: null };
  const sorted = [...groups].sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([{ ...rest, roles: [...rest.roles].sort() }, extra, sorted]);
}

function codeOf(
  world: UsersWorld,
  row: UserCells,
  rights: FileRights,
  user: ModelSubscriber | undefined,
): number {
  const { model } = world;
  const email = row['Email Address'] ?? '';
  if (email === '') return 2000;
  if (!/^[^@\s]+@[^@\s]+\.[a-z]+$/i.test(email)) return 2001;
  if (rights.group !== null) {
    if (user && !extraOf(world, user).groups.has(rights.group)) return 2006;
    if (row['Account Admin']) return 2006;
    if (user?.roles.includes('administrator') && changesAccount(user, row)) return 2006;
  }
  if (!user && rights.words.includes('NOCREATE')) return 2900;
  if (user && rights.words.includes('NOUPDATE')) return 2901;
  if (!user) {
    if (model.subscribers.some((one) => one.email === email.toLowerCase())) return 1054;
    if (model.elsewhere.has(email.toLowerCase())) return 2002;
    if (!row['First Name'] || !row['Last Name']) return 2003;
    if (/^(inactive|inaktiv)$/i.test(row['User Status'] ?? '')) return 2018;
  }
  const cell = cellCode(row, user);
  if (cell !== 0) return cell;
  const address = row['New Email Address']?.toLowerCase();
  if (user && address && address !== user.email) {
    if (isTaken(model, address)) return 2011;
    const domain = address.split('@')[1] ?? '';
    if (user.federationType === 'FEDERATED' && !isOwnDomain(model.customer, address)) return 1006;
    if (heldBases(model, user).some(hasNotes) && !model.customer.mailDomains?.includes(domain)) return 1006;
  }
  const groups = rights.group === null && row['Groups'] ? groupsCode(world, row['Groups'], rights, user) : 0;
  if (groups !== 0) return groups;
  return user && losesLastAdministrator(model, user, row) ? 2019 : 0;
}

function changesAccount(user: ModelSubscriber, row: UserCells): boolean {
  const address = row['New Email Address']?.toLowerCase() ?? '';
  if (address !== '' && address !== user.email) return true;
  const suspends = /^ina[ck]tiv?e?$/i.test(row['User Status'] ?? '');
  const resumes = /^a[ck]tive?$/i.test(row['User Status'] ?? '');
  return user.state === 'suspended' ? resumes : suspends;
}

function cellCode(row: UserCells, user: ModelSubscriber | undefined): number {
  const checks: [string, RegExp, number][] = [
    ...(user
      ? ([['New Email Address', /^[^@\s]+@[^@\s]+\.[a-z]+$/i, 2010]] as [string, RegExp, number][])
      : []),
    ['Initials', /^.{1,20}$/u, 2012],
    ['Company', /^.{1,255}$/u, 2004],
    ['Phone Number', /^[\d-]{7,255}$/, 2013],
    ['Area Code', /^\d{3}$/, 2014],
    ['Time Zone', /^(CET|US_PACIFIC|GMT)$/, 2015],
    ['UI Locale', /^(da_DK|en_US|in_ID)$/, 2016],
    ['Account Admin', /^(true|false|rigtigt|falsk)$/i, 2005],
    ['Can Sign', /^(true|false|rigtigt|falsk)$/i, 2005],
    ['User Status', /^(active|inactive|aktiv|inaktiv)$/i, 2017],
  ];
  for (const [column, form, code] of checks) if (row[column] && !form.test(row[column])) return code;
  return 0;
}

function losesLastAdministrator(model: Model, user: ModelSubscriber, row: UserCells): boolean {
  const works = (one: ModelSubscriber) =>
    one.roles.includes('administrator') && (one.state === 'pending' || one.state === 'active');
  const stops = isNo(row['Account Admin']) || /^ina[ck]ti/i.test(row['User Status'] ?? '');
  return stops && works(user) && model.subscribers.filter(works).length === 1;
}

const isYes = (text = '') => /^(true|rigtigt)$/i.test(text);
const isNo = (text = '') => /^(false|falsk)$/i.test(text);

/** Name and statuses of each definition; a code where the cell is no list of groups. */
function definitionsOf(cell: string): [name: string, statuses: string[]][] | number {
  const parts = cell.replace(/;$/, '').split(';');
  const found: [string, string[]][] = [];
  for (const part of parts) {
    const match = /^(\S|\S.*\S)\[([^\s[\]](?:[^[\]]*[^\s[\]])?)\]$/u.exec(part);
    if (!match) return 2020;
    found.push([match[1] ?? '', (match[2] ?? '').replace(/send ikke|can't send/gi, 'NoSend').split(/ +/)]);
  }
  const word = /^(primary|primær|send|nosend|admin|administrator|remove|fjern)$/i;
  if (found.some(([, statuses]) => statuses.some((status) => !word.test(status)))) return 2021;
  const has = (statuses: string[], form: RegExp) => statuses.some((status) => form.test(status));
  for (const [, statuses] of found) {
    if (has(statuses, /^send$/i) && has(statuses, /^nosend$/i)) return 2022;
    if (has(statuses, REMOVE) && statuses.some((status) => !REMOVE.test(status))) return 2022;
  }
  const primaries = new Set(found.filter(([, statuses]) => has(statuses, PRIMARY)).map(([name]) => name));
  if (primaries.size > 1) return 2023;
  return new Set(found.map(([name]) => name)).size < found.length ? 2024 : found;
}

const REMOVE = /^(remove|fjern)$/i;
const PRIMARY = /^prim/i;

function groupsCode(
  world: UsersWorld,
  cell: string,
  rights: FileRights,
  user: ModelSubscriber | undefined,
): number {
  const definitions = definitionsOf(cell);
  if (typeof definitions === 'number') return definitions;
  return user && regrouped(world, definitions, rights, user) === null ? 2025 : 0;
}

/** @returns null where the primary group goes and others stay without one */
function regrouped(
  world: UsersWorld,
  definitions: readonly [string, string[]][],
  { words }: FileRights,
  user: ModelSubscriber | undefined,
): Map<string, ModelMembership> | null {
  const result = new Map<string, ModelMembership>();
  if (user) for (const [name, one] of extraOf(world, user).groups) result.set(name, { ...one });
  const leaving: string[] = [];
  for (const [name, statuses] of definitions) {
    const is = (form: RegExp) => statuses.some((status) => form.test(status));
    if (is(REMOVE)) {
      leaving.push(name);
      continue;
    }
    const canSend = world.groups.get(name);
    if (canSend === undefined && words.includes('NOGROUPS')) continue;
    const one = result.get(name) ?? { primary: false, canSend: canSend ?? true, admin: false };
    result.set(name, one);
    if (is(PRIMARY)) {
      for (const other of result.values()) other.primary = false;
      one.primary = true;
    }
    if (is(/^send$/i)) one.canSend = true;
    if (is(/^nosend$/i)) one.canSend = false;
    if (is(/^admin/i)) one.admin = true;
  }
  for (const name of leaving) result.delete(name);
  if (result.size === 0)
    return new Map([[DEFAULT, { primary: true, canSend: world.groups.get(DEFAULT) ?? true, admin: false }]]);
  const [first] = result.values();
  if (![...result.values()].some(({ primary }) => primary)) {
    if (user) return null;
    if (first) first.primary = true;
  }
  return result;
}

function create(world: UsersWorld, row: UserCells, rights: FileRights): void {
  const { model } = world;
  const { customer } = model;
  const email = row['Email Address']?.toLowerCase() ?? '';
  const user: ModelSubscriber = {
    email,
    givenName: row['First Name'] ?? '',
    familyName: row['Last Name'] ?? '',
    roles: ['user'],
    companyContact: false,
    state: 'pending',
    beforeSuspend: null,
    federationType: allowedFederationTypes(customer)[0] ?? '',
    profile: { ...emptyProfile(), language: customer.contactLanguage ?? 'en_US' },
    invitation: 'none',
    hasPassword: false,
    alternative: null,
    invitedAt: null,
    verified: isOwnDomain(customer, email),
    termsAccepted: customer.acceptTerms ?? false,
    mailbox: null,
    seats: new Map(),
    notes: null,
  };
  model.subscribers.push(user);
  const { group } = rights;
  if (group !== null)
    extraOf(world, user).groups = new Map([
      [group, { primary: true, canSend: world.groups.get(group) ?? true, admin: false }],
    ]);
  write(world, user, { ...row, 'New Email Address': '' }, rights, true);
  if (isVerifying(model) && user.federationType !== 'FEDERATED') invite(user);
}

const ZONES: Record<string, string> = {
  CET: 'Europe/Paris',
  US_PACIFIC: 'America/Los_Angeles',
  GMT: 'Etc/GMT',
};

function write(
  world: UsersWorld,
  user: ModelSubscriber,
  row: UserCells,
  rights: FileRights,
  isNew = false,
): void {
  const extra = extraOf(world, user);
  if (row['First Name']) user.givenName = row['First Name'];
  if (row['Last Name']) user.familyName = row['Last Name'];
  if (row['Initials']) extra.initials = row['Initials'];
  if (row['Company']) extra.company = row['Company'];
  if (row['Title']) user.profile.jobTitle = row['Title'];
  if (row['Phone Number']) user.profile.telephone = row['Phone Number'];
  if (row['Area Code']) extra.areaCode = row['Area Code'];
  if (row['Time Zone']) user.profile.timeZone = ZONES[row['Time Zone']] ?? '';
  if (row['UI Locale']) user.profile.language = row['UI Locale'];
  if (row['Can Sign']) extra.canSign = isYes(row['Can Sign']);
  if (isYes(row['Account Admin']) && !user.roles.includes('administrator'))
    user.roles = [...user.roles, 'administrator'];
  if (isNo(row['Account Admin'])) {
    const rest = user.roles.filter((role) => role !== 'administrator');
    user.roles = rest.length > 0 ? rest : ['user'];
  }
  writeStatus(user, row['User Status'] ?? '');
  const definitions = rights.group === null && row['Groups'] ? definitionsOf(row['Groups']) : [];
  if (typeof definitions !== 'number' && definitions.length > 0) {
    extra.groups = regrouped(world, definitions, rights, isNew ? undefined : user) ?? extra.groups;
    for (const name of extra.groups.keys()) if (!world.groups.has(name)) world.groups.set(name, true);
  }
  const address = row['New Email Address']?.toLowerCase();
  if (!address || address === user.email) return;
  if (heldBases(world.model, user).some(hasInotes) && user.mailbox === null) user.mailbox = user.email;
  user.email = address;
  if (user.invitation === 'pending' && user.invitedAt !== user.alternative) invite(user);
}

function writeStatus(user: ModelSubscriber, status: string): void {
  const off = /^ina[ck]ti/i.test(status);
  if (off && user.state !== 'suspended') {
    user.beforeSuspend = user.state === 'pending' ? 'pending' : 'active';
    user.state = 'suspended';
    user.invitation = 'none';
    user.invitedAt = null;
  }
  if (!off && status !== '' && user.state === 'suspended') {
    user.state = user.beforeSuspend ?? 'active';
    user.beforeSuspend = null;
  }
}
