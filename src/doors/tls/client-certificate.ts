import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { messageOf, OperatorFault } from '../../fault.ts';
import { operator } from '../../messages/en/operator.ts';

/** Whose client certificates are taken, and whether a client needs one. It comes on top of name and password. */
export interface ClientCertificates {
  /** PEM text with the certificates of the authorities that issue them. */
  authorities: string;
  required: boolean;
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gu;

/** @throws OperatorFault where the text holds no certificate, or a broken one */
export function readAuthorities(pem: string): X509Certificate[] {
  try {
    const found = (pem.match(PEM_CERTIFICATE) ?? []).map((one) => new X509Certificate(one));
    if (found.length > 0) return found;
  } catch (error) {
    throw new OperatorFault(operator.certificates.clientCaNotPem(messageOf(error)), 2);
  }
  throw new OperatorFault(operator.certificates.clientCaEmpty, 2);
}

/**
 * The handshake has proved that the client holds the key; this decides whether the certificate is one of ours.
 *
 * @returns the subject, '' where none was shown and none is needed, null where the client must go
 */
export function acceptedSubject(
  socket: TLSSocket,
  authorities: readonly X509Certificate[],
  required: boolean,
  now: Date,
): string | null {
  const shown = socket.getPeerX509Certificate();
  if (!shown) return required ? null : '';
  const current = new Date(shown.validFrom) <= now && now < new Date(shown.validTo);
  const ours = authorities.some((one) => shown.checkIssued(one) && shown.verify(one.publicKey));
  return current && ours ? shown.subject.replaceAll('\n', ', ') : null;
}
