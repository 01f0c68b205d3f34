/** Why a sign-in was refused, at real doors: what the client hears is the same, what is recorded is not. */
import { expect, test } from 'vitest';
import { FTPError } from 'basic-ftp';
import { poll, signIn } from '../support/courier.ts';
import { startTestDaemon } from '../support/daemon.ts';
import { SftpSpeaker } from '../support/sftp-speaker.ts';
import { ACME, fixtures, PASSWORDS } from '../support/organisation.ts';

const RIGHT = PASSWORDS['acme'] ?? '';
const ELSEWHERE = 'Upload-5-Elsewhere';

test.each(['ftps', 'sftp'] as const)('%s: wrong, from elsewhere, banned', async (door) => {
  const organisation = await fixtures();
  const accounts = organisation.customers.find(({ id }) => id === ACME)?.accounts;
  accounts?.push({ login: 'elsewhere', password: ELSEWHERE, rights: ['upload'], from: ['192.0.2.0/24'] });
  await using world = await startTestDaemon({ organisation });
  const { daemon, database } = world;
  const heard: string[] = [];
  const attempt = async (login: string, password: string) => {
    if (door === 'ftps') {
      const failed = await signIn(daemon.ftpsPort, login, password).catch((error: unknown) => error);
      heard.push(failed instanceof FTPError ? failed.message : String(failed));
    } else {
      const failed = await SftpSpeaker.connect(daemon.sftpPort, { username: login, password }).catch(
        (error: unknown) => error,
      );
      heard.push(String(failed));
    }
  };
  await attempt('elsewhere', ELSEWHERE);
  await attempt('acme', 'wrong');
  await database.query(
    `update door_score set banned_until = now() + interval '1 hour' where kind = 'account' and subject = 'acme'`,
  );
  await attempt('acme', RIGHT);
  expect(new Set(heard).size, heard.join('; ')).toBe(1);
  const told = await poll('the events', 20, async () => {
    const { rows } = await database.query<{ who: string; customer: number; reason: string }>(
      `select who, customer_id as customer, data ->> 'reason' as reason from event
        where type = 'sign_in.refused' order by event.id`,
    );
    return rows.length === 3 ? rows : null;
  });
  const wrong = door === 'ftps' ? 'signIn.wrongPassword' : 'signIn.wrongPasswordOrKey';
  expect(told).toEqual([
    { who: 'elsewhere', customer: ACME, reason: 'signIn.addressNotAllowed' },
    { who: 'acme', customer: ACME, reason: wrong },
    { who: 'acme', customer: ACME, reason: 'signIn.banned' },
  ]);
});
