/** Certificates for a server of this machine, made by openssl in a folder with the names that NBD servers expect. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const openssl = (...args: readonly string[]) => run('openssl', args);
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Makes `ca-cert.pem`, `server-cert.pem` and `server-key.pem`, for `localhost` and 127.0.0.1. */
export async function makeCertificates(folder: string): Promise<void> {
  const at = (name: string): string => join(folder, name);
  const authority = ['-keyout', at('ca-key.pem'), '-out', at('ca-cert.pem')];
  await openssl('req', '-x509', ...NEW_KEY, '-days', '2', '-subj', '/CN=soak', ...authority);
  const request = ['-keyout', at('server-key.pem'), '-out', at('server.csr')];
  await openssl('req', ...NEW_KEY, '-subj', '/CN=localhost', ...request);
  await writeFile(at('server.ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const signer = ['-CA', at('ca-cert.pem'), '-CAkey', at('ca-key.pem'), '-CAcreateserial'];
  const what = ['-in', at('server.csr'), '-extfile', at('server.ext'), '-days', '2'];
  await openssl('x509', '-req', ...what, ...signer, '-out', at('server-cert.pem'));
}
