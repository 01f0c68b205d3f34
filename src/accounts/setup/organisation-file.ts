/**
 * The organisation file: what an operator says of customers, what they bought, who works for them. Every key is
 * checked before anything is written; `setup.ts` carries it out.
 */
import { KINDS } from '../../kinds/registry.ts';
import { z } from 'zod';
import { publicKeyFault } from '../../public-key.ts';
import { isBlankText } from '../../blank-text.ts';
import { capsMakeSense } from '../../caps-fault.ts';
import { networkFault } from '../../network.ts';
import { endpointSchemas } from '../../notice-settings.ts';
import { CUSTOMER_TYPES } from '../../notice-types.ts';
import { wholeNumber } from '../../value-faults.ts';
import {
  countries,
  languages,
  spelledAs,
  timeZones,
  type AllowedValues,
} from '../subscribers/allowed-values.ts';
import { GROUP_NAME_CHARACTERS_MAX, GROUPS_OF_PERSON_MAX } from '../groups/groups.ts';
import { foldEmailAddress, isDomainName, isEmailAddress } from '../subscribers/email-address.ts';
import { isPasswordHash } from '../passwords/password-hash.ts';
import { configuration as words } from '../../messages/en/configuration.ts';
import { guardsSchema } from './guards.ts';
import { sourcesSchema } from './sources.ts';
import { declaredTechnician, declaredTechnicianGroup } from './technicians.ts';

const id = wholeNumber(1);
const onOff = z.union([z.boolean(), z.enum(['on', 'off']).transform((word) => word === 'on')]);
const email = z.string().refine(isEmailAddress, words.values.email).transform(foldEmailAddress);
const domain = z
  .string()
  .refine(isDomainName, words.values.domain)
  .transform((text) => text.toLowerCase());
const listed = (values: AllowedValues, fault: string) =>
  z
    .string()
    .refine((value) => value === '' || spelledAs(values, value) !== undefined, fault)
    .transform((value) => spelledAs(values, value) ?? value);
const name = z.string().refine((value) => !isBlankText(value), words.values.emptyName);
const texts = z.array(z.union([z.string(), z.number()]).transform(String));

/** What a Groups cell could not name stays out: the semicolon separates groups. */
const groupName = name
  .max(GROUP_NAME_CHARACTERS_MAX)
  .refine((text) => !/;|^\s|\s$/u.test(text), words.values.groupName);
const moment = z.string().refine((text) => !Number.isNaN(Date.parse(text)), words.values.moment);

const subscription = z
  .strictObject({
    id,
    kind: z.enum(['collaboration', 'mail', 'bundle', 'accessory', 'storage', 'third_party', 'license']),
    name: z.string().default(''),
    seats: wholeNumber(0).default(0),
    active: z.boolean().default(true),
    mail: z.enum(['notes', 'inotes']).optional(),
    parts: z.array(z.enum(['collaboration', 'notes', 'inotes'])).default([]),
    accessory: z.string().optional(),
    license: z.enum(['standard', 'mobile']).optional(),
    needs: z.union([texts, z.union([z.string(), z.number()]).transform((one) => [String(one)])]).default([]),
    pool: z.enum(['files', 'mail']).optional(),
    gigabytes: wholeNumber(0).default(0),
    compatibleWith: z.array(id).default([]),
  })
  .superRefine((given, context) => {
    const demand = (key: keyof typeof given, kind: string) => {
      const present = given[key] !== undefined && !(Array.isArray(given[key]) && given[key].length === 0);
      if (present !== (given.kind === kind))
        context.addIssue({
          code: 'custom',
          path: [key],
          message: present ? words.values.onlyWithKind(kind) : words.values.neededWithKind(kind),
        });
    };
    demand('mail', 'mail');
    demand('parts', 'bundle');
    demand('accessory', 'accessory');
    demand('pool', 'storage');
    demand('license', 'license');
  });

const seat = z.union([
  id.transform((one) => ({
    subscription: one,
    state: 'active' as const,
    extraStorage: { files: 0, mail: 0 },
  })),
  z.strictObject({
    subscription: id,
    state: z.enum(['active', 'assigned', 'entitle_pending']).default('active'),
    extraStorage: z
      .strictObject({ files: wholeNumber(0).default(0), mail: wholeNumber(0).default(0) })
      .prefault({}),
  }),
]);

const membership = z.strictObject({
  name: groupName,
  primary: z.boolean().default(false),
  canSend: z.boolean().optional(),
  admin: z.boolean().default(false),
});

/** Where none is said to be, the only one is. */
function exactlyOnePrimary(groups: { name: string; primary: boolean }[], context: z.RefinementCtx): void {
  const primary = groups.filter((one) => one.primary).length;
  if (primary !== 1 && !(groups.length === 1 && primary === 0))
    context.addIssue({ code: 'custom', message: words.values.onePrimary });
  const names = groups.map(({ name }) => name);
  if (new Set(names).size < names.length)
    context.addIssue({ code: 'custom', message: words.values.groupTwice });
}

const subscriber = z.strictObject({
  email,
  givenName: name.max(120),
  familyName: name.max(120),
  roles: z
    .array(z.enum(['user', 'application_developer', 'administrator_assistant', 'administrator']))
    .min(1)
    .optional(),
  companyContact: z.boolean().optional(),
  federationType: z.enum(['NON_FEDERATED', 'FEDERATED', 'MODIFIED_FEDERATED']).optional(),
  state: z.enum(['pending', 'active', 'suspended', 'remove_pending']).optional(),
  seats: z.array(seat).optional(),
  altEmailAddress: email.optional(),
  language: listed(languages, words.values.language).optional(),
  timeZone: listed(timeZones, words.values.addressTimeZone).optional(),
  country: listed(countries, words.values.country).optional(),
  department: z.string().max(255).optional(),
  jobTitle: z.string().max(255).optional(),
  telephone: z.string().max(255).optional(),
  mobile: z.string().max(20).optional(),
  fax: z.string().max(20).optional(),
  address: z.string().max(254).optional(),
  company: z.string().max(255).optional(),
  initials: z.string().max(20).optional(),
  areaCode: z
    .string()
    .regex(/^\d{3}$/, words.values.areaCode)
    .optional(),
  canSign: z.boolean().optional(),
  groups: z.array(membership).min(1).max(GROUPS_OF_PERSON_MAX).superRefine(exactlyOnePrimary).optional(),
  identityVerified: z.boolean().optional(),
  signedIn: z.boolean().optional(),
  claim: z.strictObject({ since: moment }).optional(),
  notesDN: z.string().max(255).optional(),
  notesTemplate: z.string().max(255).optional(),
  technician: declaredTechnician.optional(),
  managedBy: z.strictObject({ source: name, objectId: name.max(255).optional() }).optional(),
});

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const network = z.string().check(({ value, issues }) => {
  const fault = networkFault(value);
  if (fault !== null) issues.push({ code: 'custom', input: value, message: fault });
});

const publicKey = z.string().check(({ value, issues }) => {
  const fault = publicKeyFault(value);
  if (fault !== null) issues.push({ code: 'custom', input: value, message: fault });
});

const account = z
  .strictObject({
    login: z.string().min(1).max(254),
    password: z.string().min(8, words.values.password).optional(),
    passwordHash: z.string().refine(isPasswordHash, words.values.passwordHash).optional(),
    keys: z.array(publicKey).optional(),
    rights: z.array(z.enum(['upload', 'download', 'delete', 'journal', 'decide'])).optional(),
    from: z.array(network).optional(),
    sources: z.array(z.string()).min(1, words.values.noSources).optional(),
  })
  .refine((given) => !(given.password && given.passwordHash), words.values.passwordTwice)
  .refine((given) => given.password ?? given.passwordHash ?? given.keys?.[0], words.values.noCredential);

const endpoints = endpointSchemas(email, CUSTOMER_TYPES);
/** All who are told: what is left out is nobody. */
const notices = z.strictObject({
  mail: endpoints.mail.default([]),
  webhooks: endpoints.webhooks.default([]),
});

const customer = z.strictObject({
  id,
  name,
  folder: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, words.values.folder)
    .optional(),
  state: z.enum(['active', 'held']).optional(),
  contactLanguage: listed(languages, words.values.language).optional(),
  domains: z.array(domain).optional(),
  mailDomains: z.array(domain).optional(),
  emailVerification: onOff.optional(),
  acceptTerms: onOff.optional(),
  administrator: email.optional(),
  federation: z.enum(['non_federated', 'federated', 'modified_federated', 'partial']).optional(),
  notes: z.enum(['none', 'service_only', 'hybrid']).optional(),
  inotes: z.boolean().optional(),
  accessories: z.boolean().optional(),
  types: z.array(z.enum(KINDS.all.map(({ type }) => type))).optional(),
  timeZone: z.string().refine(isTimeZone, words.values.timeZone).optional(),
  strictSequence: z.record(z.string(), wholeNumber(0)).optional(),
  retentionDays: wholeNumber(1).optional(),
  throttle: z
    .strictObject({
      hourly: wholeNumber(1).optional(),
      daily: wholeNumber(1).optional(),
      perFile: wholeNumber(1).optional(),
    })
    .superRefine(capsMakeSense)
    .optional(),
  users: z
    .strictObject({
      create: onOff.optional(),
      update: onOff.optional(),
      createGroups: onOff.optional(),
      groupAdministrators: onOff.optional(),
      multipleGroups: onOff.optional(),
    })
    .optional(),
  undo: z.strictObject({ byFile: z.boolean().optional() }).optional(),
  removal: z.strictObject({ finishSeconds: wholeNumber(0).optional() }).optional(),
  guards: guardsSchema.optional(),
  sources: sourcesSchema(groupName).optional(),
  notices: notices.optional(),
  technicianGroups: z.array(declaredTechnicianGroup).default([]),
  groups: z
    .array(
      z.strictObject({
        name: groupName,
        default: z.boolean().optional(),
        canSend: z.boolean().optional(),
      }),
    )
    .superRefine((groups, context) => {
      if (groups.filter((one) => one.default).length > 1)
        context.addIssue({ code: 'custom', message: words.values.oneDefault });
    })
    .default([]),
  subscriptions: z.array(subscription).default([]),
  templates: z
    .array(
      z.strictObject({ name: z.string().min(1), versions: texts.default([]), locales: texts.default([]) }),
    )
    .default([]),
  formsFiles: z.array(z.string().min(1)).default([]),
  onPremises: z.array(z.strictObject({ dn: z.string().min(1), email })).default([]),
  subscribers: z.array(subscriber).default([]),
  accounts: z.array(account).optional(),
});

export const organisationFileSchema = z
  .strictObject({ customers: z.array(customer) })
  .superRefine((file, context) => {
    for (const [index, one] of file.customers.entries()) {
      const lists: Record<string, (string | number)[]> = {
        subscriptions: one.subscriptions.map((item) => item.id),
        groups: one.groups.map((item) => item.name),
        technicianGroups: one.technicianGroups.map((item) => item.id),
        templates: one.templates.map((item) => item.name),
        subscribers: one.subscribers.map((item) => item.email),
        accounts: one.accounts?.map((item) => item.login) ?? [],
      };
      for (const [list, keys] of Object.entries(lists)) {
        const twice = keys.findIndex((key, at) => keys.indexOf(key) !== at);
        if (twice !== -1)
          context.addIssue({
            code: 'custom',
            path: ['customers', index, list, twice],
            message: words.values.twice(String(keys[twice])),
          });
      }
    }
  });

export type OrganisationFile = z.output<typeof organisationFileSchema>;
export type DeclaredCustomer = OrganisationFile['customers'][number];
export type DeclaredSubscriber = DeclaredCustomer['subscribers'][number];
export type DeclaredSubscription = DeclaredCustomer['subscriptions'][number];
export type DeclaredGroup = DeclaredCustomer['groups'][number];
export type DeclaredAccount = NonNullable<DeclaredCustomer['accounts']>[number];
