import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { connect } from '@nbd/client';
import { describe, expect, it, type TestContext } from 'vitest';
import type { GatewayAccess } from '../src/gateway-access.ts';
import { chunkRequests, type CountingProxy, startCountingProxy } from '../src/counting-proxy.ts';
import { needGateway } from '../src/need-gateway.ts';
import { runNbd, startVolumeServer, type VolumeServer } from '../src/programs.ts';
import { runProgram } from '../src/run-program.ts';
import { waitUntil } from '../src/wait-until.ts';

const IMAGE_BYTES = 48 * 2 ** 20;

/** A dozen programs are started, on machines that may be busy. */
const TEST_MILLIS = 180_000;

const gateway = needGateway();

/** What a test has of its own. All is ended behind it. */
interface Scene {
  readonly folder: string;
  readonly proxy: CountingProxy;
  readonly access: GatewayAccess;
  /** Where volumes go. */
  readonly place: string;
  readonly serve: (exports: Readonly<Record<string, string>>) => Promise<VolumeServer>;
}

async function makeScene({ onTestFinished }: TestContext): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'nbd-volume-'));
  const proxy = await startCountingProxy(gateway().endpoints[0] ?? '');
  const access = { ...gateway(), endpoints: [proxy.endpoint] };
  const servers: VolumeServer[] = [];
  onTestFinished(async () => {
    await Promise.all(servers.map((server) => server.end('SIGKILL')));
    await proxy.close();
    await rm(folder, { recursive: true });
  });
  return {
    folder,
    proxy,
    access,
    place: `s3://${access.bucket}/${randomUUID()}`,
    async serve(exports) {
      const server = await startVolumeServer(access, exports);
      servers.push(server);
      return server;
    },
  };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** A file system with files in it. */
async function makeImage(folder: string): Promise<string> {
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

// They wait for leases, programs and the store more than they work.
describe.concurrent('a volume on a real Ceph', { timeout: TEST_MILLIS }, () => {
  it('keeps a file system through a crash of its server, byte for byte', async (context) => {
    const { folder, access, place, serve } = await makeScene(context);
    const image = await makeImage(folder);
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

  it('is made, mapped and discarded without a request for a chunk while it is blank', async (context) => {
    const { proxy, access, place, serve } = await makeScene(context);
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

  it('shows a snapshot on other servers while it is written', async (context) => {
    const { access, place, serve } = await makeScene(context);
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

  it('is refused to a second server while the first one lives, in a line that names it', async (context) => {
    const { proxy, access, place, serve } = await makeScene(context);
    await runNbd(access, 'volume', 'create', '--size', '8M', `${place}/disk`);
    const first = await serve({ disk: `${place}/disk` });
    const client = await connect(first.uri('disk'));
    const seen = proxy.requests.length;
    const refusal = serve({ disk: `${place}/disk` }).then(
      () => 'it was served',
      (error: Error) => error.message,
    );
    // As soon as it watches, a sign of life: the next one is seconds away.
    await waitUntil('a second server that has read the head', async () =>
      proxy.requests
        .slice(seen)
        .some(({ method, url }) => method === 'GET' && url.endsWith('/head')),
    );
    await client.write(new Uint8Array(512), 0, { fua: true });
    expect(await refusal).toMatch(/in use: .*process \d+ has it/);
    await client.close();
  });
});
