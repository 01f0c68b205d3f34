/** The model's own judgement of a row of a technician file: plain lists, and no rule shared with the program. */
import type { Model, ModelSubscriber } from './accounts.ts';
import type { TechnicianCells } from './generate-technicians.ts';
import { allowedFederationTypes, emptyProfile, isOwnDomain } from './state.ts';

export interface ModelTechnician {
  status: 'enabled' | 'disabled';
  group: number;
  name: string;
  nickname: string;
  ssoId: string;
  description: string;
  standard: boolean;
  mobile: boolean;
}

export interface TechniciansWorld {
  model: Model;
  technicians: Map<ModelSubscriber, ModelTechnician>;
  /** How many were bought. */
  licenses: { standard: number; mobile: number };
  technicianGroups: readonly number[];
}

/** Who waits to be removed is none any longer, and has given everything back. */
export function liveTechnicians({ technicians }: TechniciansWorld): [ModelSubscriber, ModelTechnician][] {
  return [...technicians].filter(([user]) => user.state !== 'remove_pending');
}

const YES = /^(true|1|yes|waar|rigtigt|sand)$/i;
const NO = /^(false|0|no|onwaar|falsk)$/i;

/** @param chosen the group that the source has for all; null: each row says its own */
export function applyTechnician(
  world: TechniciansWorld,
  row: TechnicianCells,
  chosen: number | null,
): number {
  const { model } = world;
  const email = row['email']?.toLowerCase() ?? '';
  const user = model.subscribers.find((one) => one.email === email);
  const code = codeOf(world, row, chosen, user);
  if (code !== 0) return code;
  world.technicians.set(user ?? create(model, row), {
    status: YES.test(row['enabled'] ?? '') ? 'enabled' : 'disabled',
    group: chosen ?? Number(row['tech_group_id']),
    name: row['name'] ?? '',
    nickname: row['nickname'] ?? '',
    ssoId: row['sso_id'] ?? '',
    description: row['description'] ?? '',
    standard: YES.test(row['standard_license'] ?? ''),
    mobile: YES.test(row['mobile_license'] ?? ''),
  });
  return 0;
}

function codeOf(
  world: TechniciansWorld,
  row: TechnicianCells,
  chosen: number | null,
  user: ModelSubscriber | undefined,
): number {
  const text = (key: string) => row[key] ?? '';
  for (const [key, code] of [
    ['name', 2100],
    ['email', 2000],
    ['password', 2101],
    ['enabled', 2103],
    ['standard_license', 2104],
    ['mobile_license', 2105],
  ] as const)
    if (text(key) === '') return code;
  if (text('name').length > 128) return 2004;
  if (!/^[^@\s]+@[^@\s]+\.[a-z]+$/i.test(text('email'))) return 2001;
  if (text('sso_id').length > 128) return 2004;
  if (isWeak(text('password'))) return 2102;
  for (const key of ['enabled', 'standard_license', 'mobile_license'])
    if (!YES.test(text(key)) && !NO.test(text(key))) return 2005;
  const live = liveTechnicians(world);
  if (user?.state === 'remove_pending') return 1054;
  if (user && live.some(([one]) => one === user)) return 2002;
  if (world.model.elsewhere.has(text('email').toLowerCase())) return 2002;
  const ssoId = text('sso_id').toLowerCase();
  if (ssoId !== '' && live.some(([, one]) => one.ssoId.toLowerCase() === ssoId)) return 2106;
  if (chosen === null) {
    if (text('tech_group_id') === '') return 2107;
    if (!world.technicianGroups.includes(Number(text('tech_group_id')))) return 2108;
  }
  for (const kind of ['standard', 'mobile'] as const) {
    const taken = live.filter(([, one]) => one[kind]).length;
    if (YES.test(text(`${kind}_license`)) && taken >= world.licenses[kind]) return 2109;
  }
  return 0;
}

/** Of those that the generator makes. */
function isWeak(password: string): boolean {
  return password.length < 8 || !/[^a-z]/i.test(password) || /(.)\1\1/.test(password);
}

/** Somebody who comes to be with a first password, as a technician file or a list of technicians makes them. */
export function create(model: Model, row: TechnicianCells): ModelSubscriber {
  const { customer } = model;
  const email = row['email']?.toLowerCase() ?? '';
  const [givenName = '', ...rest] = (row['name'] ?? '').split(/\s+/);
  const user: ModelSubscriber = {
    email,
    givenName,
    familyName: rest.join(' '),
    roles: ['user'],
    companyContact: false,
    state: 'pending',
    beforeSuspend: null,
    federationType: allowedFederationTypes(customer)[0] ?? '',
    profile: { ...emptyProfile(), language: customer.contactLanguage ?? 'en_US' },
    invitation: 'none',
    hasPassword: true,
    alternative: null,
    invitedAt: null,
    verified: isOwnDomain(customer, email),
    termsAccepted: customer.acceptTerms ?? false,
    mailbox: null,
    seats: new Map(),
    notes: null,
  };
  model.subscribers.push(user);
  return user;
}
