import { loadOrganisation } from '../src/accounts/subscribers/load.ts';
import type { Organisation } from '../src/accounts/subscribers/organisation.ts';
import type { Database } from '../src/database/open.ts';
import { demo as words } from '../src/messages/en/demo.ts';
import type { FtpsSession } from './client.ts';
import {
  CLEAN_FILE,
  DEMO_CUSTOMER,
  FAULTY_FILE,
  namedAddresses,
  RAISED_CAP,
  REMOVALS_FILE,
  WAITING_FILE,
} from './files.ts';
import { uploadOverSftp, type SftpDoor } from './sftp.ts';
import {
  changesBetween,
  changesTold,
  commandTold,
  explained,
  heading,
  fileTold,
  reportTold,
  traceTold,
  uploadTold,
} from './story.ts';

export interface Stage {
  database: Database;
  print: (text: string) => void;
  ftps: FtpsSession;
  sftp: SftpDoor;
  /** Runs a command of the operator. @returns what it printed */
  command: (...words: string[]) => Promise<string>;
}

export async function tellStory(stage: Stage): Promise<void> {
  const { database, print, ftps } = stage;
  await ftps.signIn();
  const before = await accounts(database);
  await cleanFile(stage);
  await faultyFile(stage);
  await waitingFile(stage);
  await removals(stage);
  const changes = changesBetween(before, await accounts(database), PEOPLE);
  print(changesTold(words.accounts, changes));
}

async function cleanFile({ print, ftps }: Stage): Promise<void> {
  print(uploadTold(words.cleanFile, CLEAN_FILE));
  await ftps.upload(CLEAN_FILE);
  print(reportTold(await ftps.fetch(CLEAN_FILE.name)));
}

async function faultyFile({ print, ftps, sftp }: Stage): Promise<void> {
  print(uploadTold(words.faultyFile, FAULTY_FILE));
  await uploadOverSftp(sftp, FAULTY_FILE);
  const downloads = await ftps.fetch(FAULTY_FILE.name);
  print(reportTold(downloads));
  print(traceTold(downloads));
}

async function waitingFile({ print, ftps, command }: Stage): Promise<void> {
  print(uploadTold(words.waitingFile, WAITING_FILE));
  await ftps.upload(WAITING_FILE);
  const status = await ftps.fetchStatus(WAITING_FILE.name);
  print(explained(words.customerReads));
  print(fileTold('_status.txt', status));
  print(explained(words.operatorReads));
  print(commandTold('spoolgate status', await command('status')));
  const throttle = ['throttle', String(DEMO_CUSTOMER), '--hourly', String(RAISED_CAP)];
  print(commandTold(`spoolgate ${throttle.join(' ')}`, await command(...throttle)));
  const { report } = await ftps.fetch(WAITING_FILE.name);
  print(fileTold(`_report/${report.name}`, report.text));
}

async function removals({ print, command }: Stage): Promise<void> {
  print(heading(words.removals));
  for (const line of words.removalsExplained) print(`  ${line}`);
  const checked = await command('check', REMOVALS_FILE.name);
  print(commandTold(`spoolgate check ${REMOVALS_FILE.name}`, checked).trimEnd());
}

const PEOPLE = namedAddresses(CLEAN_FILE, FAULTY_FILE);

function accounts(database: Database): Promise<Organisation> {
  return loadOrganisation(database, DEMO_CUSTOMER, { emails: PEOPLE, notesDns: [] });
}
