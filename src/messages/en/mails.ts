import { counted } from './counted.ts';

/** Mails to subscribers. Each text is one line. */
const invitation = {
  subject: (organisation: string) => `Your account at ${organisation}`,
  activationSubject: (organisation: string) => `New service for your account at ${organisation}`,
  greeting: (name: string) => `Hello ${name},`,
  register: (organisation: string) =>
    `${organisation} has created an account for you. Choose a password and accept the terms of use here:`,
  registerTermsAccepted: (organisation: string) =>
    `${organisation} has created an account for you. Choose a password here:`,
  activate: (organisation: string) =>
    `${organisation} has added a service to your account. Activate it here:`,
  validity: (days: number) =>
    `This link works once and expires after ${counted(days, 'day')}. If it has expired, ask your administrator for a new one.`,
};

const notice = {
  subject: (organisation: string) => `Your account at ${organisation} was changed`,
  greeting: 'Hello,',
  changed: (organisation: string, account: string, day: string, time: string) =>
    `${organisation} changed the account ${account} on ${day} at ${time} UTC:`,
  change: (operation: string, fields: string) => `- ${operation}${fields === '' ? '' : `: ${fields}`}`,
  unexpected: 'If you did not expect this change, contact your administrator.',
};

export const mails = { invitation, notice };
