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
  alreadyOnHold: (customer: number) => `Customer ${customer} is already on hold.`,
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

export const queueCommands = { throttle, hold, pause };
