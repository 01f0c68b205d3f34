import { customerById } from '../../accounts/customers/customer.ts';
import { loadGroups } from '../../accounts/groups/load.ts';
import { saveGroups } from '../../accounts/groups/save.ts';
import { foldEmailAddress } from '../../accounts/subscribers/email-address.ts';
import { pretendedIds, reserveSubscriberIds, takingFrom } from '../../accounts/subscribers/ids.ts';
import { loadOrganisation } from '../../accounts/subscribers/load.ts';
import { foretellPeople } from '../../accounts/subscribers/foretell.ts';
import { saveOrganisation } from '../../accounts/subscribers/save.ts';
import { peopleToLose, takenFrom } from '../../accounts/subscribers/taken.ts';
import { keepsPeople, type ChangeFile } from '../../change-file/change-file.ts';
import type { Entry } from '../../change-file/entry.ts';
import type { Transaction } from '../../database/open.ts';
import { anyKind, type Kind } from '../kind.ts';
import type { UserRow } from './columns.ts';
import { OPTION_WORDS, optionsInForce, standpointOf, type UsersState } from './context.ts';
import { decideUser, failedUser, mayTake } from './decide.ts';
import { parseGroups } from './groups-cell.ts';
import { readUsers } from './reader.ts';
import { ENTRIES_MAX } from './values.ts';
import { kinds } from '../../messages/en/kinds.ts';
import { csvRetried } from '../csv/retried.ts';

type UserEntry = Entry<UserRow>;

/** Nothing of it takes long to make; a plan that saves nothing uses up no id. */
interface Prepared {
  isPretended: boolean;
}

/** Loads what the rows name. The caller holds the customer's row lock. */
async function loadUsers(
  tx: Transaction,
  file: ChangeFile,
  entries: readonly UserEntry[],
  { isPretended }: Prepared,
  now: Date,
): Promise<UsersState> {
  const rows = entries.flatMap(({ read }) => ('record' in read ? [read.record] : []));
  const { users, sources } = await customerById(tx, file.customer);
  const source = file.parsed?.source ?? '';
  const standpoint = standpointOf(Object.hasOwn(sources, source) ? sources[source] : undefined, users);
  const emails = [...new Set(rows.flatMap(namedAddresses))];
  const organisation = await loadOrganisation(tx, file.customer, { emails, notesDns: [] });
  const groups = await loadGroups(tx, file.customer, {
    names: [
      ...new Set([...rows.flatMap(namedGroups), ...(standpoint.kind === 'group' ? [standpoint.group] : [])]),
    ],
    subscribers: [...organisation.subscribers.values()].map(({ id }) => id),
  });
  const createdMax = rows.filter((row) => !organisation.subscribers.has(namedAddresses(row)[0] ?? '')).length;
  // An address that a row gives up may be somebody new's in a later one.
  const givenUpMax = rows.filter((row) => row.has('new_email')).length;
  const count = createdMax + givenUpMax;
  const ids = isPretended ? pretendedIds(count) : await reserveSubscriberIds(tx, count);
  return {
    organisation,
    groups,
    options: optionsInForce(file.parsed?.options ?? [], users),
    standpoint,
    keepsPeople: keepsPeople(file),
    inputs: { now, file: file.name, nextSubscriberId: takingFrom(ids) },
  };
}

function namedAddresses(row: UserRow): string[] {
  return [row.get('email'), row.get('new_email')].flatMap((text) => (text ? [foldEmailAddress(text)] : []));
}

function namedGroups(row: UserRow): string[] {
  const parsed = parseGroups(row.get('groups') ?? '');
  return 'definitions' in parsed ? parsed.definitions.map(({ name }) => name) : [];
}

async function saveUsers(
  tx: Transaction,
  { organisation, groups, inputs }: UsersState,
  file: ChangeFile,
): Promise<void> {
  await saveOrganisation(tx, organisation, { file: file.id }, inputs.now);
  await saveGroups(tx, organisation.id, groups);
}

const kind: Kind<UserRow, Prepared, UsersState> = {
  type: 'USERS',
  extensions: ['.csv'],
  options: Object.keys(OPTION_WORDS),
  rank: 30,
  words: kinds.users,
  heldRefuses: true,
  actsForGroups: true,
  countsHourly: false,
  entriesMax: ENTRIES_MAX,
  read: readUsers,
  pretend: () => ({ isPretended: true }),
  demands: () => new Map(),
  ready: () => ({ isPretended: false }),
  mayDemand: () => new Map(),
  load: loadUsers,
  decide: decideUser,
  weigh: ({ organisation }) => takenFrom(organisation),
  among: peopleToLose,
  mayTake,
  save: saveUsers,
  foretell: (_tx, { organisation }) => foretellPeople(organisation),
  failed: failedUser,
  inForce: async (tx, { customer, parsed }) => {
    const { users } = await customerById(tx, customer);
    return kinds.userOptions(optionsInForce(parsed?.options ?? [], users));
  },
  traced: { bytesMax: Infinity, text: (original) => original },
  retried: csvRetried,
};

/** CSV files that create and update people and their groups in bulk. */
export const users = anyKind(kind);
