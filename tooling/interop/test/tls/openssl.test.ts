/** What OpenSSL's own client makes of our TLS, once somebody has said STARTTLS for it. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeCertificates } from '../../src/certificates.ts';
import { type Outcome, tryTool } from '../../src/run-tool.ts';
import { SERVER_NAME } from '../../src/secure-address.ts';
import { type ServedDisk, serveDisk } from '../../src/served-disk.ts';
import { starttlsRelay } from '../../src/starttls-relay.ts';
import { needTools } from '../../src/tools.ts';

needTools('openssl');

async function serveWith(folder: string, ...more: readonly string[]): Promise<ServedDisk> {
  const args = ['--tls-certificates', folder, '--log-format', 'json', ...more];
  return serveDisk({ exports: { disk: 'memory:1M' }, args });
}

/** One handshake, checked on the side of the client, and nothing said under it. */
async function shakeHands(
  served: ServedDisk,
  folder: string,
  ...more: readonly string[]
): Promise<Outcome> {
  const port = await starttlsRelay(served);
  const trust = ['-CAfile', join(folder, 'ca-cert.pem'), '-verify_return_error'];
  const name = ['-verify_hostname', SERVER_NAME];
  return tryTool('openssl', [
    's_client',
    '-connect',
    `127.0.0.1:${port}`,
    ...trust,
    ...name,
    ...more,
  ]);
}

it.each([
  ['-tls1_2', 'TLSv1.2'],
  ['-tls1_3', 'TLSv1.3'],
])(
  '%s is served with a cipher that keeps what was recorded secret (C-092)',
  async (option, name) => {
    const folder = await makeCertificates(SERVER_NAME);
    const { exitCode, stdout } = await shakeHands(await serveWith(folder), folder, option);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Verification: OK');
    expect(stdout).toMatch(new RegExp(`New, ${name}, Cipher is (?:TLS_|ECDHE-)`));
    expect(stdout).toContain(`CN = ${SERVER_NAME}`);
  },
);

it.each(['-tls1', '-tls1_1'])('%s is refused (C-092)', async (option) => {
  const folder = await makeCertificates(SERVER_NAME);
  const served = await serveWith(folder);
  const old = [option, '-cipher', 'DEFAULT@SECLEVEL=0'];
  const { exitCode, stderr } = await shakeHands(served, folder, ...old);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('alert protocol version');
  await expect.poll(() => served.log).toContain('unsupported protocol');
  expect((await shakeHands(served, folder)).exitCode).toBe(0);
});

it('a client is asked for its certificate where it is to have one (C-096)', async () => {
  const folder = await makeCertificates(SERVER_NAME);
  const asking = await shakeHands(await serveWith(folder, '--tls-verify-peer'), folder);
  expect(asking.stdout).toContain('Acceptable client certificate CA names');
  const silent = await shakeHands(await serveWith(folder), folder);
  expect(silent.stdout).toContain('No client certificate CA names sent');
});

it('no session is resumed, however often a client comes back with it', async () => {
  const folder = await makeCertificates(SERVER_NAME);
  const { stdout } = await shakeHands(await serveWith(folder), folder, '-tls1_2', '-reconnect');
  expect(stdout.match(/^(?:New|Reused), TLSv1\.2/gm)).toEqual(Array(6).fill('New, TLSv1.2'));
});
