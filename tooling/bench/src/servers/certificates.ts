/**
 * Certificates for servers with TLS, made by openssl, in a folder with the names that nbdkit, qemu and
 * libnbd use. They vouch for nothing but this machine.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from './child-processes.ts';

const AUTHORITY = 'ca-cert.pem';
const SECONDS_MAX = 20;
const DAYS = ['-days', '3650'];
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const EXTENSIONS = 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n';

/** Sees to it that an authority and a server's certificate are in `folder`. Those that are there are kept. */
export async function makeCertificates(folder: string): Promise<void> {
  const at = (name: string): string => join(folder, name);
  if (existsSync(at('server-cert.pem'))) return;
  await mkdir(folder, { recursive: true });
  const keys = { authority: at('ca-key.pem'), server: at('server-key.pem') };
  const authority = ['req', '-x509', ...NEW_KEY, ...DAYS, '-subj', '/CN=bench authority'];
  await openssl(...authority, '-keyout', keys.authority, '-out', at(AUTHORITY));
  const request = ['req', ...NEW_KEY, '-subj', '/CN=localhost'];
  await openssl(...request, '-keyout', keys.server, '-out', at('server.csr'));
  await writeFile(at('server.ext'), EXTENSIONS);
  const signer = ['-CA', at(AUTHORITY), '-CAkey', keys.authority, '-CAcreateserial'];
  const what = ['-in', at('server.csr'), '-extfile', at('server.ext')];
  await openssl('x509', '-req', ...DAYS, ...what, ...signer, '-out', at('server-cert.pem'));
}

/** The text of the certificate of the authority in `folder`. */
export async function readAuthority(folder: string): Promise<string> {
  return await readFile(join(folder, AUTHORITY), 'utf8');
}

async function openssl(...args: readonly string[]): Promise<void> {
  await runTool('openssl', args, SECONDS_MAX);
}
