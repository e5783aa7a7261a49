/** SIGHUP: new certificates for new clients, while a client is at work. */
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeCertificates } from '../../src/certificates.ts';
import { runTool, tryTool } from '../../src/run-tool.ts';
import { secureUri, SERVER_NAME } from '../../src/secure-address.ts';
import { type ServedDisk, serveDisk } from '../../src/served-disk.ts';
import { scratchFolder } from '../../src/scratch-folder.ts';
import { needTools } from '../../src/tools.ts';

needTools('nbdcopy', 'nbdinfo', 'openssl');

const SERVER_FILES = ['ca-cert.pem', 'server-cert.pem', 'server-key.pem'];

async function install(from: string, to: string): Promise<void> {
  for (const name of SERVER_FILES) await copyFile(join(from, name), join(to, name));
}

async function trusts(served: ServedDisk, folder: string): Promise<boolean> {
  const uri = secureUri(served, 'tcp', { 'tls-certificates': folder });
  return (await tryTool('nbdinfo', ['--size', uri])).exitCode === 0;
}

/** Does what `act` says, and waits until the log has one more line with `text`. */
async function untilLogged(served: ServedDisk, text: string, act: () => void): Promise<void> {
  const count = (): number => served.log.split(text).length;
  const before = count();
  act();
  await expect.poll(count, { timeout: 10_000 }).toBeGreaterThan(before);
}

it('new certificates are for new clients, and one at work does not notice', async () => {
  const [first, second, installed] = [
    await makeCertificates(SERVER_NAME),
    await makeCertificates(SERVER_NAME),
    await scratchFolder(),
  ];
  await install(first, installed);
  const args = ['--tls-certificates', installed, '--log-format', 'json'];
  const served = await serveDisk({ exports: { disk: 'pattern:1G' }, args });
  expect([await trusts(served, first), await trusts(served, second)]).toEqual([true, false]);

  const uri = secureUri(served, 'tcp', { 'tls-certificates': first });
  let copying: Promise<string> | undefined;
  await untilLogged(served, 'client entered an export', () => {
    copying = runTool('nbdcopy', ['--connections=1', uri, 'null:']);
  });
  await install(second, installed);
  await untilLogged(served, 'TLS: read anew', () => served.kill('SIGHUP'));
  expect([await trusts(served, first), await trusts(served, second)]).toEqual([false, true]);
  await expect(copying).resolves.toBe('');

  await writeFile(join(installed, 'server-key.pem'), 'no key');
  await untilLogged(served, 'TLS: what was read before stays in force', () =>
    served.kill('SIGHUP'),
  );
  expect(served.log).toContain('server-key.pem: expected a private key in PEM');
  expect(await trusts(served, second)).toBe(true);

  served.kill('SIGTERM');
  expect(await served.ended).toBe(0);
});
