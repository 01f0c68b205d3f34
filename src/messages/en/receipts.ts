/** What people read about receipts. */
export const receipts = {
  summary: 'check receipts, here or elsewhere: that nothing of them was altered and none left out',
  details: `FILE is a receipt (1000001_PRV_5.receipt.json), or a report, trace or change file that one of them names. Works without
configuration, database and daemon.

  --key FILE  the public keys to believe, as PEM (receipt.pub); else those that lie beside the receipts
  --json      one object with the receipts and what is wrong

Checked are the signature of each receipt, that the receipts of a customer follow one another from the first to the last of
those given, and that the report, the trace and the change file are those of the receipt, where they are given, lie beside it
or where they were filed.

Exit 0 if all is good, 1 if anything is altered or missing, 2 if a file is missing or the usage is wrong.`,
  verify: (word: string) => `receipt ${word}: there is only "receipt verify FILE…".`,
  none: 'None of these files is a receipt. Their names end in .receipt.json.',
  noKeyIn: (file: string) => `${file} holds no public Ed25519 key in PEM, as receipt.pub does.`,
  foundKeys:
    'The key lay beside the receipts. Whoever can write there could have replaced both: use --key with one that you got before.',
  good: (place: string, customer: string, number: number, decided: string) =>
    `${place}: good. ${customer}, receipt ${number}: ${decided}`,
  decided: (file: string, what: string, found: number) =>
    `${file}, ${what}; ${found === 1 ? '1 file' : `${found} files`} with it as it says.`,
  unreadable: (place: string) => `${place}: no receipt that this version can read.`,
  altered: (place: string) => `${place}: altered. Its signature is not that of what it says.`,
  unknownKey: (place: string, keyId: string) =>
    `${place}: not checked. Its key ${keyId} is not known here: give it with --key.`,
  unnamed: (place: string) => `${place}: none of these receipts names it.`,
  otherContent: (place: string, receipt: string) =>
    `${place}: altered. It is not what ${receipt} was given for.`,
  missing: (customer: string, first: number, last: number) =>
    first === last
      ? `${customer}: receipt ${first} is missing.`
      : `${customer}: receipts ${first} to ${last} are missing.`,
  broken: (place: string, before: string) =>
    `${place}: does not follow ${before}: one before it was replaced.`,
  fork: (place: string, number: number, other: string) =>
    `${place}: has number ${number} like ${other}, and is another one.`,
  first: (place: string, number: number) =>
    number === 1
      ? `${place}: is the first one, and names one before it.`
      : `${place}: has number ${number}, and names none before it.`,
  summaryLine: (good: number, faults: number) =>
    `${good === 1 ? '1 receipt' : `${good} receipts`} good, ${faults === 0 ? 'nothing' : faults} wrong.`,
  key: (keyId: string, base64: string) => `${base64} (Ed25519, ${keyId})`,
  configKey: (key: string) => `Public key of receipts: ${key}.`,
  keyUnusable: 'not usable, see below',
  keyLater: 'generated at the first start',
  keyUnreadable: (file: string, cause: string) => `cannot read the key of receipts ${file}: ${cause}`,
  noKey: (file: string) =>
    `${file} holds no private Ed25519 key in PEM: put the right one there, or move it away for a new one`,
};
