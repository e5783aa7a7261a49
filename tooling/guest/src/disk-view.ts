/** The disk as our own client sees it, to hold against what the guest sees. */
import { createHash } from 'node:crypto';
import type { GuestRun } from './guest-run.ts';

const PIECE_BYTES = 4 * 2 ** 20;

/** MD5 of the whole disk, in hexadecimal. */
export async function hashOfDisk(run: GuestRun): Promise<string> {
  const client = await run.client();
  try {
    const hash = createHash('md5');
    for (let offset = 0; offset < client.size; offset += PIECE_BYTES) {
      hash.update(await client.read(offset, Math.min(PIECE_BYTES, client.size - offset)));
    }
    return hash.digest('hex');
  } finally {
    await client.close();
  }
}

/** Bytes of the disk that are no holes. */
export async function bytesAllocated(run: GuestRun): Promise<number> {
  const client = await run.client();
  try {
    let bytes = 0;
    for await (const { length, hole } of client.extents()) if (!hole) bytes += length;
    return bytes;
  } finally {
    await client.close();
  }
}
