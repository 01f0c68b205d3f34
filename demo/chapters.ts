import { loadOrganisation } from '../src/accounts/subscribers/load.ts';
import type { Organisation } from '../src/accounts/subscribers/organisation.ts';
import type { Database } from '../src/database/open.ts';
import { demo as words } from '../src/messages/en/demo.ts';
import type { FtpsSession } from './client.ts';
import {
  CLEAN_FILE,
  DEMO_CUSTOMER,
  DISCARD,
  FAULTY_FILE,
  FULL_LIST,
  namedAddresses,
  RAISED_CAP,
  SHORT_LIST,
  WAITING_FILE,
} from './files.ts';
import { uploadOverSftp, type SftpDoor } from './sftp.ts';
import {
  changesBetween,
  changesTold,
  commandTold,
  explained,
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
  await fullLists(stage);
  const changes = changesBetween(before, await accounts(database), PEOPLE);
  print(changesTold(words.accounts, changes));
}

async function cleanFile({ print, ftps }: Stage): Promise<void> {
  print(uploadTold(words.cleanFile, CLEAN_FILE));
  await ftps.upload(CLEAN_FILE);
  print(reportTold(await ftps.fetchReport(CLEAN_FILE.name)));
}

async function faultyFile({ print, ftps, sftp }: Stage): Promise<void> {
  print(uploadTold(words.faultyFile, FAULTY_FILE));
  await uploadOverSftp(sftp, FAULTY_FILE);
  const downloads = await ftps.fetch(FAULTY_FILE.name);
  print(reportTold(downloads.report));
  print(traceTold(downloads));
}

async function waitingFile({ print, ftps, command }: Stage): Promise<void> {
  print(uploadTold(words.waitingFile, WAITING_FILE));
  await ftps.upload(WAITING_FILE);
  const status = await ftps.fetchStatus(WAITING_FILE.name, 'deferred');
  print(explained(words.customerReads));
  print(fileTold('_status.txt', status));
  print(explained(words.operatorReads));
  print(commandTold('spoolgate status', await command('status')));
  const throttle = ['throttle', String(DEMO_CUSTOMER), '--hourly', String(RAISED_CAP)];
  print(commandTold(`spoolgate ${throttle.join(' ')}`, await command(...throttle)));
  const report = await ftps.fetchReport(WAITING_FILE.name);
  print(fileTold(`_report/${report.name}`, report.text));
}

async function fullLists({ print, ftps }: Stage): Promise<void> {
  print(uploadTold(words.fullLists, FULL_LIST));
  await ftps.upload(FULL_LIST);
  print(reportTold(await ftps.fetchReport(FULL_LIST.name)));
  print(explained(words.shortList));
  print(fileTold(SHORT_LIST.name, SHORT_LIST.text));
  await ftps.upload(SHORT_LIST);
  const status = await ftps.fetchStatus(SHORT_LIST.name, 'held');
  print(explained(words.held));
  print(fileTold('_status.txt', status));
  print(explained(words.discard(DISCARD.name)));
  await ftps.upload(DISCARD);
  const report = await ftps.fetchReport(SHORT_LIST.name);
  print(fileTold(`_report/${report.name}`, report.text));
}

const PEOPLE = namedAddresses(CLEAN_FILE, FAULTY_FILE);

function accounts(database: Database): Promise<Organisation> {
  return loadOrganisation(database, DEMO_CUSTOMER, { emails: PEOPLE, notesDns: [] });
}
