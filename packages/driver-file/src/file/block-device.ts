/**
 * What Linux tells of block devices in /sys, and how to learn a size where it tells nothing.
 */
import { readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Sizes in /sys are counted in these, whatever the device's own sectors are. */
const SYS_SECTOR_BYTES = 512;

export interface DeviceFacts {
  /** Bytes. */
  readonly size?: number;
  /** The smallest unit that the device itself reads and writes, in bytes. */
  readonly sectorBytes?: number;
  readonly rotational?: boolean;
}

/** What is known of the device with number `device` (`st_rdev`, or `st_dev` of a file on it). */
export async function deviceFacts(device: bigint): Promise<DeviceFacts> {
  const folder = `/sys/dev/block/${major(device)}:${minor(device)}`;
  const [sectors, sectorBytes, rotational] = await Promise.all([
    readNumber(`${folder}/size`),
    readQueue(folder, 'logical_block_size'),
    readQueue(folder, 'rotational'),
  ]);
  return {
    ...(sectors !== undefined && { size: sectors * SYS_SECTOR_BYTES }),
    ...(sectorBytes !== undefined && { sectorBytes }),
    ...(rotational !== undefined && { rotational: rotational === 1 }),
  };
}

/** The size of an open device, found by reading single bytes: there are about 50 to 100 reads. */
export function sizeByReading(fd: number): number {
  const byte = new Uint8Array(1);
  const holds = (offset: number) => readSync(fd, byte, 0, 1, offset) === 1;
  let end = 1;
  while (end < Number.MAX_SAFE_INTEGER / 2 && holds(end - 1)) end *= 2;
  // The size is at least `low` and less than `high`.
  let low = 0;
  let high = end;
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (holds(middle - 1)) low = middle;
    else high = middle;
  }
  return low;
}

/** The numbers are spread over 64 bits: 12 and 20 bits of the low word, the rest above. */
function major(device: bigint): bigint {
  return ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xffff_f000n);
}

function minor(device: bigint): bigint {
  return (device & 0xffn) | ((device >> 12n) & 0xffff_ff00n);
}

/** A partition has no queue of its own but that of the device it is on. */
async function readQueue(folder: string, name: string): Promise<number | undefined> {
  return (await readNumber(`${folder}/queue/${name}`)) ?? readNumber(`${folder}/../queue/${name}`);
}

async function readNumber(path: string): Promise<number | undefined> {
  try {
    const value = Number(await readFile(path, 'utf8'));
    return Number.isSafeInteger(value) ? value : undefined;
  } catch {
    // No such device, no /sys, not Linux: not known.
    return undefined;
  }
}
