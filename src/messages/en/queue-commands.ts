/** Commands that say when a customer's files run: caps, hold, pause. */
const throttle = {
  summary: "show or change a customer's caps; takes effect at once",
  caps: (perFile: number, hourly: number, daily: number) =>
    `per file ${perFile}, hourly ${hourly}, daily ${daily}`,
};

const hold = {
  summary: 'put a customer on hold: its provisioning files are refused with code 1001',
  releaseSummary: 'release a customer from hold',
  details: 'Lists the waiting files that the hold will refuse. Exit 3 if there was nothing to change.',
  onHold: (customer: number) => `Customer ${customer} is now on hold.`,
  released: (customer: number) => `Customer ${customer} is no longer on hold.`,
  alreadyOnHold: (customer: number, before?: { since: string; by: string } | null) =>
    before
      ? `Customer ${customer} has been on hold since ${before.since} by ${before.by}.`
      : `Customer ${customer} is already on hold.`,
  notOnHold: (customer: number) => `Customer ${customer} is not on hold.`,
  refused: (files: string) =>
    `These waiting files will be refused with code 1001 unless the customer is released first:\n${files}`,
};

const pause = {
  summary: 'pause a customer: its files are accepted and wait; nothing is refused',
  details:
    'No file and no batch is begun; a file that is begun is processed to its end, and undos are carried out. The pause lasts\n' +
    'until spoolgate resume, also over restarts and setup. Reason and time stand in the _status.txt of the customer. Exit 3\n' +
    'if it was paused already.',
  resumeSummary: "end a customer's pause",
  resumeDetails: 'Waiting files go on at once, in their order. Exit 3 if the customer was not paused.',
  paused: (customer: number, files: string) => `Customer ${customer} is now paused. ${files}`,
  alreadyPaused: (customer: number, since: string, by: string) =>
    `Customer ${customer} has been paused since ${since} by ${by}.`,
  resumed: (customer: number, files: string) => `Customer ${customer} is no longer paused. ${files}`,
  notPaused: (customer: number) => `Customer ${customer} is not paused.`,
  waiting: (count: number) =>
    count === 0
      ? 'No files are waiting.'
      : count === 1
        ? '1 file is waiting.'
        : `${count} files are waiting.`,
};

interface SequenceFile {
  file: string;
  at: string;
}

const sequence = {
  summary: 'show which numbers of a source are missing and what waits for them; skip or wait for one',
  details:
    'Without SOURCE all sources are shown; "" is that of files without a source in their names. What is missing is told with\n' +
    'the files that came before and after, what waits for it and until when, and what to type.\n\n' +
    '  --skip N[-M]    these numbers will not come: what waits for them goes on at once, and reports do not warn of them\n' +
    '  --wait N[-M]    files behind these numbers wait for them, whether or not the source is in strictSequence,\n' +
    '                  --for a duration (90m, 24h, 7d) or --until a time (2026-05-05T12:00Z), 31 days at most\n' +
    '  --reason TEXT   why; stands in the audit. Required with both.\n\n' +
    'The last word on a number counts: --wait takes a --skip back. A skipped number that comes after all is processed if no\n' +
    'later one has been; else its file is refused with code 4, as any other.',
  nothing: (customer: number) => `Customer ${customer} has sent no files with sequence numbers.`,
  both: 'Give either --skip or --wait.',
  needsReason: '--skip and --wait require --reason TEXT.',
  needsMoment: '--wait requires either --for DURATION or --until TIME.',
  needsWait: '--for and --until belong to --wait.',
  needsAct: '--reason belongs to --skip or --wait.',
  range: (option: string, text: string) => `${option} must be a number, or a range such as 6-8, not ${text}.`,
  duration: (text: string) => `--for ${text} is not a duration. Use a form such as 90m, 24h or 7d.`,
  until: (text: string) => `--until ${text} is not a time. Use a form such as 2026-05-05T12:00Z.`,
  title: (source: string, type: string) => `Source ${source}, ${type}`,
  named: ({ file, at }: SequenceFile) => `${file} (${at})`,
  last: (number: string, file: string | null, next: string) =>
    `last processed: ${number}${file === null ? '' : `, ${file}`}; the next must be ${next} or higher`,
  none: 'nothing has been processed yet; any number may be the first',
  strict: (seconds: number) => `a missing number is waited for ${seconds} s (strictSequence)`,
  complete: 'no numbers are missing',
  missing: (numbers: string, before: string, after: string) =>
    `missing: ${numbers}, between ${before} and ${after}`,
  unknownFile: (number: string) => `number ${number}`,
  waits: (file: string, until: string) => `waiting for missing numbers until ${until}: ${file}`,
  waiting: (file: string, state: string) => `has come: ${file} [${state}]`,
  more: (count: number) => `… and ${count} more ${count === 1 ? 'file' : 'files'}`,
  skipped: (numbers: string, who: string, at: string, reason: string) =>
    `skipped: ${numbers}, by ${who} at ${at}: ${reason}`,
  awaited: (numbers: string, until: string, who: string, at: string, reason: string) =>
    `waited for until ${until}: ${numbers}, by ${who} at ${at}: ${reason}`,
  passed: (numbers: string, before: string) =>
    `never came before ${before}, and would be refused now with code 4: ${numbers}`,
  toSkip: (command: string) => `if it will not come: ${command}`,
  toWait: (command: string) => `if it will come later: ${command}`,
  didSkip: (numbers: string, source: string, type: string) =>
    `Skipped: ${numbers} of source ${source}, ${type}. What waited for it goes on.`,
  didWait: (numbers: string, source: string, type: string, until: string) =>
    `Files of source ${source}, ${type}, with higher numbers wait for ${numbers} until ${until}.`,
};

export const queueCommands = { throttle, hold, pause, sequence };
