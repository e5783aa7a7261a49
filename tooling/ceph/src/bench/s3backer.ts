/** s3backer, which makes a file of a bucket by FUSE, with its cache in memory; nbdkit serves that file. */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isListening, ServerProcess } from '@nbd-tooling/server-process';
import type { GatewayAccess } from '../gateway-access.ts';
import { freePorts } from '../free-ports.ts';
import { runProgram } from '../run-program.ts';
import { BENCH_BYTES, type Contender } from './contender.ts';
import { nbdDisk } from './nbd-disk.ts';

/** `folder`: where it is mounted. */
export function s3backer(access: GatewayAccess, folder: string): Contender {
  const mount = join(folder, 's3backer');
  const file = join(mount, 'file');
  // Without a region, which would put the bucket's name before the address of the gateway.
  const args = [
    '-f',
    '--quiet',
    `--size=${BENCH_BYTES}`,
    '--blockSize=64k',
    '--prefix=bench-s3backer/',
    `--baseURL=${access.endpoints[0] ?? ''}/`,
    `--accessId=${access.credentials.accessKeyId}`,
    `--accessKey=${access.credentials.secretAccessKey}`,
    access.bucket,
    mount,
  ];
  return {
    name: 's3backer',
    setup: 'blocks of 64 KiB, cache in memory, FUSE, nbdkit file',
    isDurable: false,
    inOrder: { bytes: 2 ** 20, depth: 4 },
    async create() {
      await mkdir(mount);
    },
    async open() {
      const [port = 0] = await freePorts(1);
      const backer = await ServerProcess.start(['s3backer', ...args], () => isFile(file));
      const unmount = async (): Promise<void> => {
        await runProgram('umount', [mount]);
        await backer.ended;
      };
      const nbdkit = ['-f', '-i', '127.0.0.1', '-p', String(port), 'file', file];
      const ready = (): Promise<boolean> => isListening({ host: '127.0.0.1', port });
      const server = await ServerProcess.start(['nbdkit', ...nbdkit], ready);
      return nbdDisk(`nbd://127.0.0.1:${port}`, async () => {
        await server.end();
        await unmount();
      });
    },
  };
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.size === BENCH_BYTES,
    () => false,
  );
}
