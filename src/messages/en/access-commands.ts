/** What the commands print that are about who may sign in, and who has. */
const bans = {
  summary: 'list addresses and accounts banned for guessing passwords',
  details: `An address is banned for all accounts that have not recently logged in from it; an account, at all addresses
that it has not logged in from. Wrong passwords for an account from one of its usual addresses ban the account
there. Each ban lasts twice as long as the one before. --all also lists failed logins that have not led to a ban.
Lift a ban with: spoolgate unban ADDRESS-OR-LOGIN

Exit 3 if there is nothing to list.`,
  none: 'No bans.',
  noneAtAll: 'No bans and no recent failed logins.',
  notBanned: (name: string, failed: string, before: string) => `${name}: not banned, ${failed}${before}`,
  banned: (name: string, until: string, time: string) =>
    `${name}: banned until ${until}, for the ${time} time`,
  before: (times: string) => `, banned ${times} before`,
  once: 'once',
  times: (count: number) => `${count} times`,
  failed: (count: number) => (count === 1 ? '1 failed login' : `${count} failed logins`),
  address: (address: string) => `address ${address}`,
  account: (login: string) => `account ${login}`,
  accountAt: (login: string, address: string) => `account ${login} at address ${address}`,
};

const unban = {
  summary: 'lift the bans on an address or account; takes effect at once',
  details: `Also clears its failed logins, on all daemons. Write the address as spoolgate bans shows it or as the client has
it, and the login as it is or as shown. The audit log records who lifted which ban.

Exit 3 if there is nothing to lift.`,
  nothing: (subject: string) =>
    `There is no ban on ${subject}, and no failed login. For a list: spoolgate bans --all`,
  cleared: (failed: string, name: string) => `Cleared ${failed} for ${name}.`,
  lifted: (name: string, until: string) => `Lifted the ban on ${name} (until ${until}).`,
};

const account = {
  summary: 'remove an access account and close its sessions',
  details: `Nobody can log in with the account any more. Its open sessions are closed within a second, on all daemons, and
unfinished uploads are discarded. Files it has uploaded are kept. If the account is listed in an organisation
file, remove it there as well, or spoolgate setup creates it again.

Exit 3 if there is no such account.`,
  unknownAction: (action: string) => `Unknown action "${action}". Usage: spoolgate account remove LOGIN`,
  none: (login: string) => `There is no account ${login}.`,
  removed: (login: string) => `Account ${login} removed.`,
};

const audit = {
  summary: 'show who uploaded, deleted, renamed or changed what, when, and from where',
  details: (
    limit: number,
    max: number,
  ) => `Logins, uploads, downloads, deletions and renames over FTPS and SFTP, with address and protocol, and changes made
by operators. Oldest first; the newest ${limit} unless --limit sets another number, up to ${max}.

  --customer ID   of one customer
  --file NAME     about one file
  --login LOGIN   by one access account or operator
  --since TIME    since a time: 2026-05-05, 2026-05-05T12:00Z, 90m, 24h or 7d

Exit 3 if nothing was found.`,
  more: 'There may be more; see --limit and --since.',
  none: 'Nothing found.',
  byCommand: 'by command',
  from: (address: string) => `from ${address}`,
};

export const accessCommands = { bans, unban, account, audit };
