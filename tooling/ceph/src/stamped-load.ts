/**
 * Writes that tell what they are, and flushes in between, so that it can be seen what of them is there afterwards: no
 * block may be older than what the last flush that was answered has covered.
 */
import type { Client } from '@nbd/client';
import { seededRandom } from '@nbd/filters';

/** Smaller than a chunk, so that chunks are changed in part. */
const BLOCK_BYTES = 65_536;

/** Blocks that are changed before each flush. */
const BLOCKS_A_ROUND = 6;

export class StampedLoad {
  /** Of the volume: bytes. */
  readonly size: number;
  /** What took longest from the first write of a round to the answer to its flush, in milliseconds. */
  longestMillis = 0;
  /** Rounds that were answered. */
  rounds = 0;
  readonly #blocks: number;
  readonly #random: () => number;
  /** By block: the last stamp that was written, and the last that was flushed. */
  readonly #written: number[];
  readonly #flushed: number[];
  /** Blocks of which a write was answered, and no flush since, with their stamps. */
  readonly #answered = new Map<number, number>();
  /** By block: what was there when all was read last. */
  readonly #found: number[];
  #stamp = 0;

  constructor(blocks: number, seed: number) {
    this.size = blocks * BLOCK_BYTES;
    this.#blocks = blocks;
    this.#random = seededRandom(seed);
    this.#written = Array.from({ length: blocks }, () => 0);
    this.#flushed = Array.from({ length: blocks }, () => 0);
    this.#found = Array.from({ length: blocks }, () => 0);
  }

  /** Writes some blocks and flushes. What rejects, the client has rejected. */
  async round(client: Client): Promise<void> {
    const start = performance.now();
    const chosen = new Map<number, number>();
    while (chosen.size < BLOCKS_A_ROUND) {
      chosen.set(Math.floor(this.#random() * this.#blocks), ++this.#stamp);
    }
    for (const [block, stamp] of chosen) this.#written[block] = stamp;
    await Promise.all(
      Array.from(chosen, ([block, stamp]) =>
        client.write(bytesOf(block, stamp), block * BLOCK_BYTES),
      ),
    );
    for (const [block, stamp] of chosen) this.#answered.set(block, stamp);
    await client.flush();
    // It covers what was answered before a flush that has failed, too.
    for (const [block, stamp] of this.#answered) this.#flushed[block] = stamp;
    this.#answered.clear();
    this.rounds += 1;
    this.longestMillis = Math.max(this.longestMillis, performance.now() - start);
  }

  /** Reads all, and answers in words which blocks are not what they may be. */
  async faults(client: Client): Promise<readonly string[]> {
    const faults: string[] = [];
    for (let block = 0; block < this.#blocks; block++) {
      const found = await client.read(block * BLOCK_BYTES, BLOCK_BYTES);
      const stamp = new DataView(found.buffer, found.byteOffset).getUint32(0);
      this.#found[block] = stamp;
      const [least = 0, most = 0] = [this.#flushed[block], this.#written[block]];
      if (Buffer.compare(found, bytesOf(block, stamp)) !== 0) faults.push(`block ${block} is torn`);
      else if (stamp < least || stamp > most) {
        faults.push(`block ${block}: expected ${least} to ${most}, found ${stamp}`);
      }
    }
    return faults;
  }

  /** To be called when a new owner serves what was read last: nothing older than that may come back, and nothing newer. */
  settle(): void {
    this.#answered.clear();
    for (const [block, stamp] of this.#found.entries()) {
      this.#written[block] = stamp;
      this.#flushed[block] = stamp;
    }
  }
}

/** A block as a stamp has it: the stamp and the number of the block, over and over. Stamp 0 is zeroes. */
function bytesOf(block: number, stamp: number): Uint8Array {
  const bytes = new Uint8Array(BLOCK_BYTES);
  if (stamp === 0) return bytes;
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < BLOCK_BYTES; at += 8) {
    view.setUint32(at, stamp);
    view.setUint32(at + 4, block);
  }
  return bytes;
}
