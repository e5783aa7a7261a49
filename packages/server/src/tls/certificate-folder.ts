/**
 * Certificates in a folder, under the names that QEMU and nbdkit give them.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TlsCertificates } from './tls-options.ts';

/** Where each text stands, for messages: a path, or the name of an option. */
export type CertificatePlaces = Readonly<Record<keyof TlsCertificates, string>>;

/** The places of texts that were given as such. */
export const GIVEN: CertificatePlaces = {
  serverCert: 'tls.certificates.serverCert',
  serverKey: 'tls.certificates.serverKey',
  caCert: 'tls.certificates.caCert',
  caCrl: 'tls.certificates.caCrl',
};

/** The files of a folder. */
export function placesIn(folder: string): CertificatePlaces {
  return {
    serverCert: join(folder, 'server-cert.pem'),
    serverKey: join(folder, 'server-key.pem'),
    caCert: join(folder, 'ca-cert.pem'),
    caCrl: join(folder, 'ca-crl.pem'),
  };
}

/**
 * Reads them; those of the authority may be missing.
 *
 * @throws Error in one line with the path
 */
export async function readCertificates(places: CertificatePlaces): Promise<TlsCertificates> {
  // One after the other: what is missing first is told.
  const serverCert = await readText(places.serverCert);
  const serverKey = await readText(places.serverKey);
  const caCert = await readTextIfThere(places.caCert);
  const caCrl = await readTextIfThere(places.caCrl);
  return {
    serverCert,
    serverKey,
    ...(caCert !== undefined && { caCert }),
    ...(caCrl !== undefined && { caCrl }),
  };
}

/** The text of a file that must be there. Rejects with an `Error` in one line. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // Without the system call and the path that Node adds.
    const reason = (error as Error).message.replace(/, \w+(?: '.*')?$/, '');
    throw new Error(`${path} cannot be read: ${reason}`, { cause: error });
  }
}

async function readTextIfThere(path: string): Promise<string | undefined> {
  try {
    return await readText(path);
  } catch (error) {
    const { code } = (error as Error).cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw error;
  }
}
