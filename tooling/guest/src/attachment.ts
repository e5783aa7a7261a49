/** An export as a block device of the guest, by way of nbd-client. */
import { bytesAllocated, hashOfDisk } from './disk-view.ts';
import { DISK_BYTES, EXPORT, type GuestRun, type Transport } from './guest-run.ts';

export const DEVICE = '/dev/nbd0';
export const MOUNT_POINT = '/mnt';

/** A shell command. Nothing is left to be initialized later, so that the disk changes only when files do. */
export const MAKE_EXT4: string = `/sbin/mke2fs -q -t ext4 -E lazy_itable_init=0,lazy_journal_init=0 ${DEVICE}`;

export interface AttachOptions {
  readonly transport: Transport;
  readonly connections: number;
  /** Bytes of a block of the device. */
  readonly blockSize: number;
  readonly exportName?: string;
}

/** Attaches, and sees to it that the device is what the export is. */
export async function attach(run: GuestRun, options: AttachOptions): Promise<string> {
  const { transport, connections, blockSize, exportName = EXPORT } = options;
  const what = `${DEVICE} -N ${exportName} -connections ${connections} -block-size ${blockSize}`;
  await run.guest(`nbd-client ${run.address(transport)} ${what}${run.tlsOptions()}`);
  await run.guest(`nbd-client -c ${DEVICE}`);
  expectEqual('bytes', await run.guest(`blockdev --getsize64 ${DEVICE}`), String(DISK_BYTES));
  expectEqual('block size', await run.guest(`blockdev --getss ${DEVICE}`), String(blockSize));
  await run.untilServer(
    `${connections} connections are inside`,
    (server) => server.inside().size === connections,
  );
  return `${DISK_BYTES} bytes, blocks of ${blockSize}, ${connections} connections`;
}

/** Detaches; each connection must have said goodbye to the server. */
export async function detach(run: GuestRun, connections: number): Promise<string> {
  const inside = run.server.inside();
  if (inside.size < connections) throw new Error(`only ${inside.size} connections are inside`);
  await run.guest(`nbd-client -d ${DEVICE}`);
  await run.untilServer(`${connections} clients have said goodbye`, (server) =>
    [...inside].every((each) => server.saidGoodbye().has(each)),
  );
  return `DISC on ${connections} connections`;
}

/** The guest reads the whole device, with nothing kept in its memory, and our client the whole export. */
export async function compareWithHost(run: GuestRun): Promise<string> {
  await run.guest(`blockdev --flushbufs ${DEVICE} && echo 3 > /proc/sys/vm/drop_caches`);
  const [seen = ''] = (await run.guest(`md5sum ${DEVICE}`)).split(' ');
  expectEqual('MD5', seen, await hashOfDisk(run));
  return `MD5 ${seen} by both`;
}

/** Runs `work`, which must give back `bytesMin` bytes of the disk or more: our client sees them as holes. */
export async function expectFreed(
  run: GuestRun,
  bytesMin: number,
  work: () => Promise<unknown>,
): Promise<string> {
  const before = await bytesAllocated(run);
  await work();
  const after = await bytesAllocated(run);
  if (before - after >= bytesMin) return `data ${before} to ${after} bytes`;
  throw new Error(`expected ${bytesMin} bytes of ${before} to become holes, found ${after} left`);
}

/** @throws Error if they differ */
export function expectEqual(what: string, found: string, expected: string): void {
  if (found === expected) return;
  throw new Error(`${what}: expected ${expected}, found ${found}`);
}
