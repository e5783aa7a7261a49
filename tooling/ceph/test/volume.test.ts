import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { connect } from '@nbd/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayAccess } from '../src/gateway-access.ts';
import { chunkRequests, type CountingProxy, startCountingProxy } from '../src/counting-proxy.ts';
import { needGateway } from '../src/need-gateway.ts';
import { runNbd, startVolumeServer, type VolumeServer } from '../src/programs.ts';
import { runProgram } from '../src/run-program.ts';

const IMAGE_BYTES = 48 * 2 ** 20;

const gateway = needGateway();
let folder = '';
let proxy: CountingProxy;
let access: GatewayAccess;
let place = '';
let servers: VolumeServer[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nbd-volume-'));
  proxy = await startCountingProxy(gateway().endpoints[0] ?? '');
  access = { ...gateway(), endpoints: [proxy.endpoint] };
  place = `s3://${access.bucket}/${randomUUID()}`;
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.end('SIGKILL')));
  servers = [];
  await proxy.close();
  await rm(folder, { recursive: true });
});

async function serve(exports: Readonly<Record<string, string>>): Promise<VolumeServer> {
  const server = await startVolumeServer(access, exports);
  servers.push(server);
  return server;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** A file system with files in it. */
async function makeImage(): Promise<string> {
  const tree = join(folder, 'tree');
  await mkdir(join(tree, 'deep'), { recursive: true });
  await writeFile(join(tree, 'motd'), 'a volume is a disk\n');
  await writeFile(join(tree, 'deep', 'pattern'), Buffer.alloc(5_000_001, 'bytes that repeat, '));
  const image = join(folder, 'ext4.img');
  await writeFile(image, '');
  await truncate(image, IMAGE_BYTES);
  await runProgram('mkfs.ext4', ['-q', '-F', '-d', tree, image]);
  return image;
}

describe('a volume on a real Ceph', () => {
  it('keeps a file system through a crash of its server, byte for byte', async () => {
    const image = await makeImage();
    await runNbd(access, 'volume', 'create', '--size', String(IMAGE_BYTES), `${place}/disk`);
    const first = await serve({ disk: `${place}/disk` });
    await runProgram('nbdcopy', ['--flush', image, first.uri('disk')]);
    await first.end('SIGKILL');
    await runNbd(access, 'volume', 'takeover', `${place}/disk`);

    const second = await serve({ disk: `${place}/disk` });
    const copy = join(folder, 'copy.img');
    await runProgram('nbdcopy', [second.uri('disk'), copy]);
    expect(await hashOf(copy)).toBe(await hashOf(image));
    await runProgram('e2fsck', ['-fn', copy]);
    const extracted = join(folder, 'extracted');
    await runProgram('debugfs', ['-R', `dump /deep/pattern ${extracted}`, copy]);
    expect(await hashOf(extracted)).toBe(await hashOf(join(folder, 'tree', 'deep', 'pattern')));
    expect(await second.end('SIGTERM')).toBe(0);
    const report = JSON.parse(await runNbd(access, 'volume', 'check', '--json', `${place}/disk`));
    expect(report).toMatchObject({ damaged: [], orphans: [] });
  });

  it('is made, mapped and discarded without a request for a chunk while it is blank', async () => {
    await runNbd(access, 'volume', 'create', '--size', '1T', `${place}/blank`);
    const server = await serve({ blank: `${place}/blank` });
    const map = JSON.parse(await runProgram('nbdinfo', ['--json', '--map', server.uri('blank')]));
    expect(map).toMatchObject([{ offset: 0, length: 2 ** 40, type: 3 }]);
    const client = await connect(server.uri('blank'));
    for (let offset = 0; offset < 2 ** 40; offset += 2 ** 31) await client.trim(offset, 2 ** 31);
    await client.flush();
    expect(await client.read(2 ** 39, 65_536)).toEqual(new Uint8Array(65_536));
    await client.close();
    expect(await server.end('SIGTERM')).toBe(0);
    expect(chunkRequests(proxy)).toEqual([]);
    expect(proxy.requests.length).toBeGreaterThan(0);
  });

  it('shows a snapshot on other servers while it is written', async () => {
    await runNbd(access, 'volume', 'create', '--size', '8M', `${place}/disk`);
    const writer = await serve({ disk: `${place}/disk` });
    const client = await connect(writer.uri('disk'));
    const write = async (byte: number): Promise<void> => {
      await client.write(new Uint8Array(1024).fill(byte), 4096);
      await client.flush();
    };
    await write(1);
    await runNbd(access, 'volume', 'snapshot', `${place}/disk@first`);
    await write(2);
    const shower = await serve({ first: `${place}/disk@first` });
    const reader = await connect(shower.uri('first'));
    expect(reader.info.can.write).toBe(false);
    expect(await reader.read(4096, 1024)).toEqual(new Uint8Array(1024).fill(1));
    expect(await client.read(4096, 1024)).toEqual(new Uint8Array(1024).fill(2));
    await Promise.all([client.close(), reader.close()]);
  });

  it('is refused to a second server while the first one lives, in a line that names it', async () => {
    await runNbd(access, 'volume', 'create', '--size', '8M', `${place}/disk`);
    await serve({ disk: `${place}/disk` });
    await expect(serve({ disk: `${place}/disk` })).rejects.toThrow(/in use: .*process \d+ has it/);
  });
});
