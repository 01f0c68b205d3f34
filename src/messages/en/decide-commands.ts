/** What the commands say that decide held files. */
export const decide = {
  approveSummary: 'let a held file go on',
  approveDetails:
    'FILE is the whole name, as status shows it. The file is decided again at that moment; if it would then do more than --people N\n' +
    '(without it: as much as it is held for), it is held again. N counts what status names: people, changed addresses, or\n' +
    'entries of a file that is far too large. --without-removals carries it out, and keeps whomever it would remove, suspend or\n' +
    'disable. Where two people must approve, the file stays held until the second has. Exit 3 if the file is not held.',
  discardSummary: 'reject a held file: it goes to _error with code 2202 or 2203',
  discardDetails:
    'FILE is the whole name, as status shows it. The --reason stands in the report. Exit 3 if the file is not held.',
  approved: (file: string, count: string) => `${file} is approved for ${count}.`,
  approvedOnce: (file: string, count: string) =>
    `${file} is approved for ${count} by one person; it stays held until a second person approves it.`,
  tooFew: (count: string) =>
    `It is held for ${count}: it will be held again, unless it does no more than was approved by then.`,
  discarded: (file: string) => `${file} is discarded.`,
  notHeld: (file: string) => `${file} is not held.`,
  people: (given: string) => `--people must be a whole number, not "${given}".`,
};
