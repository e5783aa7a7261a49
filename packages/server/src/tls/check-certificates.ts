/**
 * Looks at certificates before clients do: TLS itself would say little of what is wrong, and late.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { CertificatePlaces } from './certificate-folder.ts';
import { pemBlocks } from './pem-blocks.ts';
import type { TlsCertificates } from './tls-options.ts';

/**
 * Throws an `Error` in one line that begins with the place of the mistake: a text that is no
 * certificate or key, a key of another certificate, a certificate that is not valid at `now`, or no
 * authority though clients are to be verified.
 */
export function checkCertificates(
  { serverCert, serverKey, caCert }: TlsCertificates,
  places: CertificatePlaces,
  { verifyPeer, now }: { readonly verifyPeer: boolean; readonly now: Date },
): void {
  const certificate = parseCertificate(serverCert, places.serverCert);
  if (!certificate.checkPrivateKey(parseKey(serverKey, places.serverKey))) {
    throw new Error(
      `${places.serverKey}: expected the key of ${places.serverCert}, found that of another certificate`,
    );
  }
  if (now > new Date(certificate.validTo)) {
    throw new Error(`${places.serverCert}: the certificate has expired on ${certificate.validTo}`);
  }
  if (now < new Date(certificate.validFrom)) {
    throw new Error(
      `${places.serverCert}: the certificate is not valid before ${certificate.validFrom}`,
    );
  }
  if (!verifyPeer) return;
  if (caCert === undefined) {
    throw new Error(`${places.caCert}: expected the authority to verify clients by, found none`);
  }
  // Node passes over an authority that it cannot read, and would then refuse its clients.
  for (const block of pemBlocks(caCert, 'CERTIFICATE')) parseCertificate(block, places.caCert);
}

function parseCertificate(text: string, place: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw new Error(`${place}: expected a certificate in PEM, found something else`, {
      cause: error,
    });
  }
}

/** What is wrong with a key is told without a word of the key. */
function parseKey(text: string, place: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (error) {
    const found = /ENCRYPTED/.test(text) ? 'one with a passphrase' : 'something else';
    throw new Error(`${place}: expected a private key in PEM, found ${found}`, { cause: error });
  }
}
