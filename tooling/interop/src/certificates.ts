/** Certificates for one test, in a folder with the names that qemu, nbdkit and libnbd use. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from './run-tool.ts';
import { scratchFolder } from './scratch-folder.ts';

/**
 * Makes an authority, a certificate for a server of the name `hostname`, and one for a client:
 * `ca-cert.pem`, `server-cert.pem`, `server-key.pem`, `client-cert.pem`, `client-key.pem`.
 */
export async function makeCertificates(hostname: string): Promise<string> {
  const folder = await scratchFolder();
  const at = (name: string): string => join(folder, name);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const authority = ['req', '-x509', ...newKey, '-days', '2', '-subj', '/CN=Test authority'];
  await runTool('openssl', [...authority, '-keyout', at('ca-key.pem'), '-out', at('ca-cert.pem')]);
  for (const [who, name, usage] of [
    ['server', hostname, 'serverAuth'],
    ['client', 'alice', 'clientAuth'],
  ] as const) {
    const request = ['req', ...newKey, '-subj', `/CN=${name}`];
    const unsigned = at(`${who}.csr`);
    await runTool('openssl', [...request, '-keyout', at(`${who}-key.pem`), '-out', unsigned]);
    await writeFile(at(`${who}.ext`), `subjectAltName=DNS:${name}\nextendedKeyUsage=${usage}\n`);
    const signing = ['x509', '-req', '-days', '2', '-in', unsigned, '-extfile', at(`${who}.ext`)];
    const authorized = ['-CA', at('ca-cert.pem'), '-CAkey', at('ca-key.pem'), '-CAcreateserial'];
    await runTool('openssl', [...signing, ...authorized, '-out', at(`${who}-cert.pem`)]);
  }
  return folder;
}
