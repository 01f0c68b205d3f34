import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { documentedWords } from '../support/courier.ts';
import { TestClock } from '../support/clock.ts';
import { startTestDaemon } from '../support/daemon.ts';
import { fixtures, person } from '../support/organisation.ts';

const WITH_CODES = new URL('../samples/report/llis_report_20120208_233200_with-codes.txt', import.meta.url);

const HEADER = 'emailAddress,action,subscriptionId,givenName,familyName,language\n';
const suspend = (name: string) => `${HEADER}${name}@example.com,Suspend\n`;

/** Contents that make the documented batch: an address that exists, a seat that is not held, and what succeeds. */
const UPLOADS: Record<string, string> = {
  '1000001_prv_1328743906.csv': `${HEADER}joe.smith@example.com,Resume\n`,
  '1000001_prv_1328743905.csv': `${HEADER}joe.smith@example.com,RevokeSeat,COLLAB\n`,
  '1000001_prv_1328743904.csv': suspend('joe.smith'),
  '1000001_prv_1328743903.csv': suspend('randi.factor'),
  '1000001_prv_1328743902.csv':
    HEADER + ['a', 'b', 'c'].map((name) => `${name}@example.com,Add,85180,Given,Family\n`).join(''),
  '1000001_prv_1328743901.csv': `${HEADER}joe.smith@example.com,Add,85180,Joe,Smith,en_US\n`,
  '1000001_sequence': 'whatever',
  foo: '',
};

it('the documented batch gives the documented report, whatever the order of the uploads', async () => {
  const clock = new TestClock();
  clock.set(new Date('2012-02-08T23:32:00Z'));
  const organisation = await fixtures({ subscribers: [person('joe.smith'), person('randi.factor')] });
  await using world = await startTestDaemon({
    organisation,
    clock,
    configuration: { cycle: { settleMs: 400 } },
  });
  const acme = await world.courier();
  for (const [name, content] of Object.entries(UPLOADS)) await acme.upload(name, content);
  const { report, reportName } = await acme.outcome('1000001_prv_1328743906.csv');
  // The documented batch ran over the end of a minute.
  const documented = (await readFile(WITH_CODES, 'utf8')).replaceAll('11:33 PM', '11:32 PM');
  const [badNames, changeFiles] = splitReport(documented);
  const [reportedBadNames, reportedChangeFiles] = splitReport(report);
  expect(reportedChangeFiles.map(documentedWords)).toEqual(changeFiles);
  // Bad names carry no number that could order them.
  expect(reportedBadNames.map(documentedWords).toSorted()).toEqual(badNames.toSorted());
  expect((await acme.names('/_report')).filter((name) => name.endsWith('.txt'))).toEqual([reportName]);
  expect(reportName).toMatch(/^llis_report_20120208_2332\d\d\.txt$/);
});

/** What a report says of each file: first the bad names, then the change files. */
function splitReport(report: string): [string[], string[]] {
  const files = report.split(/^(?=.*\*\*\* Processing file)/m);
  return [files.slice(0, 2), files.slice(2)];
}
