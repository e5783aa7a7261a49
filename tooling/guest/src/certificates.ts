/** Certificates for one run, in a folder with the names that our server, qemu and libnbd use. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';

/** The name that the server's certificate is of. */
export const SERVER_NAME = 'nbd.test';

export interface Certificates {
  readonly folder: string;
  remove(): Promise<void>;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const DAYS = ['-days', '2'];

/** Makes an authority, and certificates of it for a server and a client. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'nbd-guest-pki-'));
  const at = (name: string): string => join(folder, name);
  const authority = ['-keyout', at('ca-key.pem'), '-out', at('ca-cert.pem')];
  await openssl('req', '-x509', ...NEW_KEY, ...DAYS, '-subj', '/CN=Test authority', ...authority);
  for (const [who, name] of [
    ['server', SERVER_NAME],
    ['client', 'guest'],
  ] as const) {
    const [request, extensions] = [at(`${who}.csr`), at(`${who}.ext`)];
    const key = ['-keyout', at(`${who}-key.pem`), '-out', request];
    await openssl('req', ...NEW_KEY, '-subj', `/CN=${name}`, ...key);
    await writeFile(extensions, `subjectAltName=DNS:${name}\nextendedKeyUsage=${who}Auth\n`);
    const what = ['-in', request, '-extfile', extensions, '-out', at(`${who}-cert.pem`)];
    const signer = ['-CA', at('ca-cert.pem'), '-CAkey', at('ca-key.pem'), '-CAcreateserial'];
    await openssl('x509', '-req', ...DAYS, ...what, ...signer);
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function openssl(...args: readonly string[]): Promise<void> {
  await runProgram('openssl', args);
}
