import { technicianGroupName } from '../../accounts/subscribers/technician-rows.ts';
import { customerById, type Customer } from '../../accounts/customers/customer.ts';
import { pretendedIds, reserveSubscriberIds, takingFrom } from '../../accounts/subscribers/ids.ts';
import { loadOrganisation } from '../../accounts/subscribers/load.ts';
import { foretellPeople } from '../../accounts/subscribers/foretell.ts';
import { saveOrganisation } from '../../accounts/subscribers/save.ts';
import { peopleToLose, takenFrom } from '../../accounts/subscribers/taken.ts';
import { foldSsoId } from '../../accounts/subscribers/technician.ts';
import type { ChangeFile } from '../../change-file/change-file.ts';
import type { Entry } from '../../change-file/entry.ts';
import type { Transaction } from '../../database/open.ts';
import { escapeHidden } from '../../shown-text.ts';
import { RECORD_BYTES_MAX } from '../csv/records.ts';
import { anyKind, type Kind } from '../kind.ts';
import { passwordDemands, type PreparedHashes } from '../password-demands.ts';
import { addressOf } from './address.ts';
import { ENTRIES_MAX, type TechnicianRow } from './columns.ts';
import type { TechniciansState } from './context.ts';
import { decideTechnician, failedTechnician } from './decide.ts';
import { readTechniciansJson } from './json-reader.ts';
import { readTechnicians } from './reader.ts';
import { maskedHeader, maskedRow, shownItem } from './shown.ts';
import { kinds } from '../../messages/en/kinds.ts';
import { csvRetried } from '../csv/retried.ts';
import { jsonRetried } from './json-retried.ts';

type TechnicianEntry = Entry<TechnicianRow>;

const passwords = passwordDemands<TechnicianRow>(({ read }) =>
  'record' in read ? (read.record.get('password') ?? '') : '',
);

/** Loads what the rows name. The caller holds the customer's row lock. */
async function loadTechnicians(
  tx: Transaction,
  file: ChangeFile,
  entries: readonly TechnicianEntry[],
  prepared: PreparedHashes,
  now: Date,
): Promise<TechniciansState> {
  const rows = entries.flatMap(({ read }) => ('record' in read ? [read.record] : []));
  const organisation = await loadOrganisation(tx, file.customer, {
    emails: [...new Set(rows.map(addressOf).filter((address) => address !== ''))],
    notesDns: [],
    ssoIds: [...new Set(rows.map((row) => foldSsoId(row.get('sso_id') ?? '')).filter((id) => id !== ''))],
  });
  const createdMax = rows.filter((row) => !organisation.subscribers.has(addressOf(row))).length;
  const ids = prepared.asked ? pretendedIds(createdMax) : await reserveSubscriberIds(tx, createdMax);
  return {
    organisation,
    chosenGroup: chosenGroup(await customerById(tx, file.customer), file),
    inputs: {
      now,
      file: file.name,
      nextSubscriberId: takingFrom(ids),
      passwordHashes: passwords.orOutdated(prepared, entries),
    },
  };
}

/** Chosen for the whole import by the settings of its source; null: none is. */
function chosenGroup({ sources }: Customer, { parsed }: ChangeFile): number | null {
  const source = parsed?.source ?? '';
  return (Object.hasOwn(sources, source) ? sources[source]?.technicianGroup : undefined) ?? null;
}

async function groupInForce(tx: Transaction, file: ChangeFile): Promise<string> {
  const id = chosenGroup(await customerById(tx, file.customer), file);
  const name = await technicianGroupName(tx, file.customer, id);
  return kinds.technicianGroup(id, name === null ? null : escapeHidden(name));
}

const kind: Kind<TechnicianRow, PreparedHashes, TechniciansState> = {
  type: 'TECHNICIANS',
  extensions: ['.csv', '.json'],
  rank: 40,
  words: kinds.technicians,
  heldRefuses: true,
  countsHourly: false,
  entriesMax: ENTRIES_MAX,
  read: readTechnicians,
  pretend: passwords.pretend,
  demands: passwords.demands,
  ready: passwords.ready,
  mayDemand: passwords.mayDemand,
  load: loadTechnicians,
  decide: decideTechnician,
  weigh: ({ organisation }) => takenFrom(organisation),
  among: peopleToLose,
  save: (tx, { organisation, inputs }, file) =>
    saveOrganisation(tx, organisation, { file: file.id }, inputs.now),
  foretell: (_tx, { organisation }) => foretellPeople(organisation),
  failed: failedTechnician,
  inForce: groupInForce,
  traced: {
    bytesMax: Infinity,
    text: (original) => original,
    masked: maskedRow,
    maskedHeader,
    alwaysMasked: true,
  },
  retried: csvRetried,
  formats: {
    '.json': {
      read: readTechniciansJson,
      words: kinds.techniciansJson,
      traced: { bytesMax: RECORD_BYTES_MAX + 1, text: shownItem },
      retried: jsonRetried,
    },
  },
};

/** CSV and JSON files that import technicians with their licences. */
export const technicians = anyKind(kind);
