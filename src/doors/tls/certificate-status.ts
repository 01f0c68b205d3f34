import { messageOf } from '../../fault.ts';
import { daysUntil, termOf, type TermState } from './certificate-term.ts';
import { certificateFiles, readCertificate, type Certificate, type GivenCertificate } from './certificate.ts';
import { operator } from '../../messages/en/operator.ts';

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
    ? operator.certificates.renewGiven(certificate, key)
    : operator.certificates.renewOwn(certificate, key);
  try {
    const read = await readCertificate(dataFolder, given);
    return read && { ...place, ...standingOf(read, renewal, now) };
  } catch (error) {
    const warning = operator.certificates.unusable(messageOf(error), renewal);
    return { ...place, ...NOTHING_KNOWN, state: 'unusable', warning };
  }
}

const NOTHING_KNOWN = { subject: null, fingerprint: null, validFrom: null, validTo: null, daysLeft: null };

function standingOf(certificate: Certificate, renewal: string, now: Date) {
  const { subject, fingerprint, validFrom, validTo } = certificate;
  const { state, daysLeft } = termOf(certificate, now);
  const name = operator.certificates.name(subject);
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
  const words = operator.certificates;
  switch (state) {
    case 'valid':
      return null;
    case 'expires soon':
      return words.expires(name, validTo.toISOString(), words.days(daysUntil(validTo, now)));
    case 'expired':
      return words.expired(name, validTo.toISOString(), words.days(daysUntil(now, validTo)));
    case 'not yet valid':
      return words.notYetValid(name, validFrom.toISOString(), words.days(daysUntil(validFrom, now)));
  }
}
