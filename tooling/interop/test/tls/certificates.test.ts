/** Clients of others and our certificates, in every mode, with good ones and bad ones. */
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeCertificates } from '../../src/certificates.ts';
import { hashOf, noiseFile } from '../../src/disk-files.ts';
import { mismatches } from '../../src/libnbd.ts';
import { runTool, tryTool } from '../../src/run-tool.ts';
import { scratchFolder } from '../../src/scratch-folder.ts';
import { qemuArguments, secureUri, SERVER_NAME } from '../../src/secure-address.ts';
import { type ServedDisk, serveDisk, type Transport, TRANSPORTS } from '../../src/served-disk.ts';
import { needTools } from '../../src/tools.ts';

needTools('nbdcopy', 'nbdinfo', 'openssl', 'python3-libnbd', 'qemu-img', 'qemu-io');

/** Serves a disk with certificates of `folder`, on addresses of that mode. */
async function serveWith(
  folder: string,
  mode: 'off' | 'on' | 'require',
  ...more: readonly string[]
): Promise<ServedDisk> {
  const args = ['--tls-certificates', folder, '--tls', mode, ...more];
  return serveDisk({ exports: { disk: 'memory:4M' }, args });
}

/** Whether nbdinfo and qemu-img, with the certificates in `folder`, see the disk. */
async function see(
  served: ServedDisk,
  transport: Transport,
  folder: string,
): Promise<readonly boolean[]> {
  const uri = secureUri(served, transport, { 'tls-certificates': folder });
  const image = qemuArguments(served, transport, `tls-creds-x509,dir=${folder}`);
  const outcomes = await Promise.all([
    tryTool('nbdinfo', ['--size', uri]),
    tryTool('qemu-img', ['info', ...image]),
  ]);
  return outcomes.map(({ exitCode, stdout }) => exitCode === 0 && /4194304/.test(stdout));
}

/** Whether nbdinfo and qemu-img see the disk in the clear. */
async function seeInTheClear(
  served: ServedDisk,
  transport: Transport,
): Promise<readonly boolean[]> {
  const uri = served.uri(transport, 'disk');
  const outcomes = await Promise.all([
    tryTool('nbdinfo', ['--size', uri]),
    tryTool('qemu-img', ['info', uri]),
  ]);
  return outcomes.map(({ exitCode }) => exitCode === 0);
}

const BOTH = [true, true];
const NEITHER = [false, false];

describe.each(TRANSPORTS)('over %s', (transport) => {
  it('where TLS is required, clients under it are served, and no others (C-082, C-084)', async () => {
    const folder = await makeCertificates(SERVER_NAME);
    const served = await serveWith(folder, 'require');
    expect(await see(served, transport, folder)).toEqual(BOTH);
    expect(await seeInTheClear(served, transport)).toEqual(NEITHER);
  });

  it('where it is on, clients choose (C-082, C-087)', async () => {
    const folder = await makeCertificates(SERVER_NAME);
    const served = await serveWith(folder, 'on');
    expect(await see(served, transport, folder)).toEqual(BOTH);
    expect(await seeInTheClear(served, transport)).toEqual(BOTH);
  });

  it('where it is off, clients that want it are refused (C-080)', async () => {
    const folder = await makeCertificates(SERVER_NAME);
    const served = await serveWith(folder, 'off');
    expect(await see(served, transport, folder)).toEqual(NEITHER);
    expect(await seeInTheClear(served, transport)).toEqual(BOTH);
  });

  it('clients without a certificate, or with that of another authority, are refused (C-096)', async () => {
    const folder = await makeCertificates(SERVER_NAME);
    const other = await makeCertificates(SERVER_NAME);
    const nobody = await scratchFolder();
    const impostor = await scratchFolder();
    for (const trusting of [nobody, impostor]) {
      await copyFile(join(folder, 'ca-cert.pem'), join(trusting, 'ca-cert.pem'));
    }
    for (const name of ['client-cert.pem', 'client-key.pem']) {
      await copyFile(join(other, name), join(impostor, name));
    }
    const served = await serveWith(folder, 'require', '--tls-verify-peer', '--log-format', 'json');
    expect(await see(served, transport, folder)).toEqual(BOTH);
    expect(await see(served, transport, nobody)).toEqual(NEITHER);
    expect(await see(served, transport, impostor)).toEqual(NEITHER);
    expect(await see(served, transport, folder)).toEqual(BOTH);
    expect(served.log).toContain('"identity":"CN=alice"');
    expect(served.log).toContain('peer did not return a certificate');
    expect(served.log).toContain('the certificate of the client is refused: ');
  });

  it('nbdcopy and qemu-img bring a disk there and back as it was', async () => {
    const folder = await makeCertificates(SERVER_NAME);
    const files = await scratchFolder();
    const [source, copy, again] = ['source', 'copy', 'again'].map((name) => join(files, name)) as [
      string,
      string,
      string,
    ];
    await noiseFile(source, 64 * 2 ** 20);
    const args = ['--tls-certificates', folder, '--tls-verify-peer'];
    const served = await serveDisk({ exports: { disk: 'memory:64M' }, args });
    const uri = secureUri(served, transport, { 'tls-certificates': folder });
    await runTool('nbdcopy', ['--flush', source, uri]);
    await runTool('nbdcopy', [uri, copy]);
    expect(await hashOf(copy)).toBe(await hashOf(source));
    const image = qemuArguments(served, transport, `tls-creds-x509,dir=${folder}`);
    await runTool('qemu-img', ['convert', '-O', 'raw', ...image, again]);
    expect(await hashOf(again)).toBe(await hashOf(source));
  });

  it('E-10 qemu-io writes patterns and zeroes, and reads, under TLS', async () => {
    const folder = await makeCertificates(SERVER_NAME);
    const served = await serveWith(folder, 'require');
    const image = qemuArguments(served, transport, `tls-creds-x509,dir=${folder}`);
    const commands = ['write -P 0x5a 1000 100000', 'read -P 0x5a 1000 100000', 'write -z 0 64k'];
    const output = await runTool('qemu-io', [
      ...image,
      ...commands.flatMap((command) => ['-c', command]),
      '-c',
      'read -P 0 0 64k',
    ]);
    expect(output).not.toContain('failed');
    expect(output.match(/wrote|read/g)).toHaveLength(4);
  });

  it('libnbd haggles on under TLS, and is told of no export before (C-082, C-083, C-086)', async () => {
    const folder = await makeCertificates(SERVER_NAME);
    const served = await serveWith(folder, 'require');
    expect(
      await mismatches(served.uri(transport, 'disk'), [
        ['h.set_opt_mode(True)', 'done'],
        ['h.set_tls(nbd.TLS_DISABLE)', 'done'],
        ['h.connect_uri(uri)', 'done'],
        ['h.opt_list(lambda name, description: 0)', 'ENOTSUP'],
        ['h.opt_go()', 'ENOTSUP'],
        ['h.opt_abort()', 'done'],
      ]),
    ).toEqual([]);
    expect(
      await mismatches(secureUri(served, transport, { 'tls-certificates': folder }), [
        ['h.set_opt_mode(True)', 'done'],
        ['h.set_uri_allow_local_file(True)', 'done'],
        ['h.connect_uri(uri)', 'done'],
        ['h.get_tls_negotiated()', true],
        ['names = []', 'done'],
        ['h.opt_list(lambda name, description: names.append(name))', 1],
        ['names', ['disk']],
        ['h.opt_info()', 'done'],
        ['h.opt_go()', 'done'],
        ['h.pwrite(b"x" * 512, 0)', 'done'],
        ['h.pread(2, 511)', '7800'],
        ['h.shutdown()', 'done'],
      ]),
    ).toEqual([]);
  });
});

// Over a Unix socket libnbd 1.14 trusts every server.
it('a server that clients do not trust is told so by them, and serves on (C-090)', async () => {
  const folder = await makeCertificates(SERVER_NAME);
  const stranger = await makeCertificates(SERVER_NAME);
  const served = await serveWith(folder, 'require');
  expect(await see(served, 'tcp', stranger)).toEqual(NEITHER);
  expect(await see(served, 'tcp', folder)).toEqual(BOTH);
});

it('an export that requires TLS is not told of in the clear, and served under TLS (C-067, C-087)', async () => {
  const folder = await makeCertificates(SERVER_NAME);
  const config = join(await scratchFolder(), 'nbd.json');
  const exports = { disk: { spec: 'memory:4M', tls: 'require' } };
  await writeFile(config, JSON.stringify({ exports, tls: 'on', tlsCertificates: folder }));
  const served = await serveDisk({ exports: { open: 'memory:1M' }, args: ['--config', config] });
  const listing = await runTool('nbdinfo', ['--list', '--no-content', '--json', served.uri('tcp')]);
  expect(listing).toContain('"open"');
  expect(listing).not.toContain('"disk"');
  expect(await seeInTheClear(served, 'tcp')).toEqual(NEITHER);
  expect(await see(served, 'tcp', folder)).toEqual(BOTH);
});
