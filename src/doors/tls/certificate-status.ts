import { messageOf } from '../../fault.ts';
import { daysUntil, termOf, type TermState } from './certificate-term.ts';
import { certificateFiles, readCertificate, type Certificate, type GivenCertificate } from './certificate.ts';

/** How the certificate of a door stands, for `spoolgate status`. */
export interface CertificateStatus {
  /** Implicit and explicit FTPS show the same certificate. */
  door: 'ftps';
  /** Absolute path, or as the configuration names it; so `key`. */
  certificate: string;
  key: string;
  /** null where certificate and key cannot be used; so the four below it. */
  subject: string | null;
  fingerprint: string | null;
  validFrom: Date | null;
  validTo: Date | null;
  daysLeft: number | null;
  state: TermState | 'unusable';
  /** For a person: what is wrong, since or until when, and what mends it; null where all is well. */
  warning: string | null;
}

/**
 * Looks at the files that a running daemon follows, so that it tells the same with and without one.
 *
 * @returns null where none is given and none has been made yet
 */
export async function certificateStatus(
  dataFolder: string,
  given: GivenCertificate | undefined,
  now: Date,
): Promise<CertificateStatus | null> {
  const [certificate, key] = certificateFiles(dataFolder, given);
  const place = { door: 'ftps', certificate, key } as const;
  const renewal = given
    ? `Put a new certificate and its key into ${certificate} and ${key}: they are taken up within seconds, without a restart.`
    : `Delete ${certificate} and ${key}: the daemon makes new ones within seconds; tell customers the new fingerprint.`;
  try {
    const read = await readCertificate(dataFolder, given);
    return read && { ...place, ...standingOf(read, renewal, now) };
  } catch (error) {
    const warning = `The certificate of the FTPS door cannot be used: ${messageOf(error)}. A running daemon keeps the one it had. ${renewal}`;
    return { ...place, ...NOTHING_KNOWN, state: 'unusable', warning };
  }
}

const NOTHING_KNOWN = { subject: null, fingerprint: null, validFrom: null, validTo: null, daysLeft: null };

function standingOf(certificate: Certificate, renewal: string, now: Date) {
  const { subject, fingerprint, validFrom, validTo } = certificate;
  const { state, daysLeft } = termOf(certificate, now);
  const name = `The certificate of the FTPS door (${subject})`;
  const warning = warningOf(state, name, certificate, now);
  return {
    subject,
    fingerprint,
    validFrom,
    validTo,
    daysLeft,
    state,
    warning: warning === null ? null : `${warning} ${renewal}`,
  };
}

function warningOf(
  state: TermState,
  name: string,
  { validFrom, validTo }: Certificate,
  now: Date,
): string | null {
  switch (state) {
    case 'valid':
      return null;
    case 'expires soon':
      return `${name} expires on ${validTo.toISOString()}, in ${days(daysUntil(validTo, now))}.`;
    case 'expired':
      return `${name} expired on ${validTo.toISOString()}, ${days(daysUntil(now, validTo))} ago: clients refuse it.`;
    case 'not yet valid':
      return `${name} is not valid before ${validFrom.toISOString()}, in ${days(daysUntil(validFrom, now))}: clients refuse it until then. Is the clock of this machine right?`;
  }
}

function days(count: number): string {
  if (count === 0) return 'less than a day';
  return count === 1 ? '1 day' : `${count} days`;
}
