/** What lists of accounts and of technicians leave in the store. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setUpOrganisations } from '../../../src/accounts/setup/setup.ts';
import { showSubscriber } from '../../../src/actions/show.ts';
import { ACME, declared, fixtures, type WrittenCustomer } from '../../support/organisation.ts';
import { openStation, type TestStation } from '../../support/services.ts';

let station: TestStation;
let sequence = 0;
beforeEach(async () => {
  station = await openStation();
});
afterEach(() => station[Symbol.asyncDispose]());

async function setUp(overlay: Partial<WrittenCustomer>): Promise<void> {
  const organisation = declared(await fixtures({ types: ['PRV', 'SNAPSHOT'], ...overlay }));
  for (const customer of organisation.customers) customer.accounts = [];
  await setUpOrganisations(station.database, station.services.clock, organisation, 'enforce');
}

/** @returns how the file was filed */
async function send(...lines: string[]): Promise<string | undefined> {
  const name = `1000001_ad_SNAPSHOT_${(sequence += 1)}.csv`;
  await station.upload(name, `${lines.join('\n')}\n`);
  await station.workOff();
  const { rows } = await station.database.query<{ folder: string }>(
    'select folder from change_file where name = $1',
    [name],
  );
  return rows[0]?.folder;
}

interface Shown {
  email: string;
  profile: Record<string, string>;
  invitation: { state: string } | null;
  managedBy: { source: string; objectId: string | null } | null;
  technician?: { name: string; status: string };
}

const shown = async (name: string): Promise<Shown> => {
  const { clock, database } = station.services;
  const found = showSubscriber(database, ACME, `${name}@example.com`, {
    hasMailServer: true,
    now: clock.now(),
  });
  return (await found) as Shown;
};

describe('a list of accounts', () => {
  const accounts = { ad: { snapshot: { keeps: 'accounts', scope: 'all' } } } as const;

  it.each([
    ['invites whom nobody has verified', 'on', true],
    ['invites nobody where addresses are not verified', 'off', false],
  ] as const)('%s', async (_title, emailVerification, isInvited) => {
    await setUp({ sources: accounts, emailVerification, domains: [] });
    expect(await send('mail,givenName,familyName,language', 'ann@example.com,Ann,Berg,da_dk')).toBe(
      '_processed',
    );
    const { profile, invitation } = await shown('ann');
    expect(profile).toMatchObject({ language: 'da_DK' });
    expect(invitation?.state === 'pending').toBe(isInvited);
  });

  it('finds an account again by its id once it has said one', async () => {
    await setUp({ sources: accounts });
    await send('mail,givenName,familyName', 'ann@example.com,Ann,Berg');
    expect(await send('mail,objectId,givenName,familyName', 'ann@example.com,g-1,Ann,Berg')).toBe(
      '_processed',
    );
    expect(await shown('ann')).toMatchObject({
      givenName: 'Ann',
      familyName: 'Berg',
      managedBy: { source: 'ad', objectId: 'g-1' },
    });
    expect(await send('mail,objectId', 'anna@example.com,g-1')).toBe('_processed');
    expect(await shown('anna')).toMatchObject({ email: 'anna@example.com' });
  });
});

describe('a list of technicians', () => {
  const technicians = {
    technicianGroups: [{ id: 1001, name: 'Service desk' }],
    sources: {
      ad: {
        snapshot: {
          keeps: 'technicians',
          group: 'AD',
          technicianGroup: 1001,
          initialPassword: 'Start-here-26',
        },
      },
    },
  } as const;

  it('keeps the name where it says none, disables, and takes back', async () => {
    await setUp(technicians as never);
    await send('mail,name', 'henk@example.com,Henk Berg');
    const henk = () => shown('henk');
    expect(await send('mail,name,status', 'henk@example.com,,disabled')).toBe('_processed');
    expect((await henk()).technician).toMatchObject({ name: 'Henk Berg', status: 'disabled' });
    expect(await send('mail,name,status', 'henk@example.com,,enabled')).toBe('_processed');
    expect((await henk()).technician).toMatchObject({ name: 'Henk Berg', status: 'enabled' });
  });
});
