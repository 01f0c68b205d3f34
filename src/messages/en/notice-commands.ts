import { counted } from './counted.ts';

/** What the command `notices` prints. */
export const noticeCommands = {
  notices: {
    summary: 'list who gets notices; try them out, enable them, send them again',
    details: (
      limit: number,
    ) => `Without arguments: who gets notices by mail or webhook, with the ID of each, and what became of them.

  waiting            notices that are still to be delivered
  failed             notices that were given up after a day of tries
  test ID            send a test notice to a receiver
  enable ID          go on with a receiver that was disabled; all that waits is sent
  resend NOTICE      send one notice again, under the same ID: the number in webhook-id
  resend ID --since TIME
                     send everything since a time to a receiver again

  --customer CUSTOMER  of one customer
  --since TIME       2026-05-05, 2026-05-05T12:00Z, 90m, 24h or 7d
  --limit N          newest N of the list; default ${limit}

Who gets notices is set in the organisation file and in the configuration: see docs/notices.md.

Exit 3 if there is nothing to list or to do.`,
    usage: (given: string) =>
      `Cannot run "notices ${given}". Usage: spoolgate notices [waiting|failed|test ID|enable ID|resend ID]`,
    number: (text: string) => `${text} is not an ID. For a list: spoolgate notices`,
    operators: 'operators',
    nobody: 'Nobody gets notices. Set "notices" in the organisation file or in the configuration.',
    noMailServer: 'No mail server is set (mail.smtp): mails wait.',
    disabled: (since: string, why: string) => `disabled since ${since}: ${why};`,
    untold: (since: string) => `nothing kept since ${since}, enable it to send that as well;`,
    disabledOnes: (count: number) =>
      `${count === 1 ? '1 receiver of notices is' : `${count} receivers of notices are`} disabled; see: spoolgate notices`,
    noneWaits: 'nothing waiting,',
    waiting: (count: number, oldest: string) => `${count} waiting, the oldest since ${oldest},`,
    givenUp: (count: number) => `${count} failed,`,
    neverOk: 'nothing delivered yet',
    lastOk: (at: string) => `last delivered ${at}`,
    lastFailure: (why: string) => `(last try failed: ${why})`,
    noneWaiting: 'No notices are waiting.',
    noneFailed: 'No notices have failed.',
    to: (id: number, name: string) => `to ${id} ${name}`,
    tried: (tries: number, why: string | null) =>
      `${tries === 1 ? '1 try' : `${tries} tries`}${why === null ? '' : `: ${why}`}`,
    next: (at: string) => `next ${at}`,
    tested: (name: string) => `A test notice to ${name} leaves within a minute. See: spoolgate notices`,
    enabled: (name: string, waiting: number) => `Enabled ${name}; ${counted(waiting, 'notice')} to send.`,
    notDisabled: (name: string) => `${name} is not disabled.`,
    resent: (count: number) => (count === 1 ? '1 notice to send again.' : `${count} notices to send again.`),
  },
};
