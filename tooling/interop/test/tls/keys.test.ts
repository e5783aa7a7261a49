/** Clients of others and pre-shared keys. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashOf, noiseFile } from '../../src/disk-files.ts';
import { runTool, tryTool } from '../../src/run-tool.ts';
import { scratchFolder } from '../../src/scratch-folder.ts';
import { qemuArguments, secureUri } from '../../src/secure-address.ts';
import { type ServedDisk, serveDisk, type Transport, TRANSPORTS } from '../../src/served-disk.ts';
import { needTools } from '../../src/tools.ts';

needTools('nbdcopy', 'nbdinfo', 'qemu-img');

const ALICE = `alice:${'0123456789abcdef'.repeat(4)}`;
const OTHER = `alice:${'fedcba9876543210'.repeat(4)}`;

/** A folder with a file of keys, as qemu wants it. */
async function keyFolder(...lines: readonly string[]): Promise<string> {
  const folder = await scratchFolder();
  await writeFile(join(folder, 'keys.psk'), `${lines.join('\n')}\n`);
  return folder;
}

async function serveWith(folder: string, size: string): Promise<ServedDisk> {
  const args = ['--tls-psk', join(folder, 'keys.psk')];
  return serveDisk({ exports: { disk: `memory:${size}` }, args });
}

function pskUri(served: ServedDisk, transport: Transport, folder: string, user: string): string {
  return secureUri(served, transport, { 'tls-psk-file': join(folder, 'keys.psk') }, user);
}

/** Whether nbdinfo and qemu-img, by that name and with the keys in `folder`, see the disk. */
async function see(
  served: ServedDisk,
  transport: Transport,
  folder: string,
  user = 'alice',
): Promise<readonly boolean[]> {
  const image = qemuArguments(served, transport, `tls-creds-psk,dir=${folder},username=${user}`);
  const outcomes = await Promise.all([
    tryTool('nbdinfo', ['--size', pskUri(served, transport, folder, user)]),
    tryTool('qemu-img', ['info', ...image]),
  ]);
  return outcomes.map(({ exitCode }) => exitCode === 0);
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  it('clients with the right key are served, and no others (C-096)', async () => {
    const folder = await keyFolder('bob:00ff', ALICE);
    const served = await serveWith(folder, '4M');
    expect(await see(served, transport, folder)).toEqual([true, true]);
    expect(await see(served, transport, await keyFolder(OTHER))).toEqual([false, false]);
    const mallory = await keyFolder(ALICE.replace('alice', 'mallory'));
    expect(await see(served, transport, mallory, 'mallory')).toEqual([false, false]);
    expect((await tryTool('nbdinfo', [served.uri(transport, 'disk')])).exitCode).toBe(1);
    expect(await see(served, transport, folder)).toEqual([true, true]);
  });

  it('nbdcopy brings a disk there and back as it was', async () => {
    const folder = await keyFolder(ALICE);
    const served = await serveWith(folder, '16M');
    const uri = pskUri(served, transport, folder, 'alice');
    const files = await scratchFolder();
    const [source, copy] = [join(files, 'source'), join(files, 'copy')];
    await noiseFile(source, 16 * 2 ** 20);
    await runTool('nbdcopy', ['--flush', source, uri]);
    await runTool('nbdcopy', [uri, copy]);
    expect(await hashOf(copy)).toBe(await hashOf(source));
  });

  it.each(['TLS1.2', 'TLS1.3'])(
    'clients of %s are served, and those of TLS1.1 are not (C-092)',
    async (version) => {
      const folder = await keyFolder(ALICE);
      const served = await serveWith(folder, '1M');
      const credentials = `tls-creds-psk,dir=${folder},username=alice`;
      const info = async (only: string): Promise<number | undefined> => {
        const priority = `priority=NORMAL:-VERS-ALL:+VERS-${only}`;
        const image = qemuArguments(served, transport, `${credentials},${priority}`);
        return (await tryTool('qemu-img', ['info', ...image])).exitCode;
      };
      expect([await info(version), await info('TLS1.1')]).toEqual([0, 1]);
    },
  );
});
