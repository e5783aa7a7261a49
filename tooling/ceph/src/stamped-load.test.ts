import type { Client } from '@nbd/client';
import { describe, expect, it } from 'vitest';
import { StampedLoad } from './stamped-load.ts';

const BLOCK = 65_536;

/** What a load uses of a client, on a disk in memory that a test looks into. */
function clientOf(disk: Uint8Array): Client {
  return {
    read: (offset: number, length: number) => Promise.resolve(disk.slice(offset, offset + length)),
    write: (source: Uint8Array, offset: number) => Promise.resolve(disk.set(source, offset)),
    flush: () => Promise.resolve(),
  } as unknown as Client;
}

describe('a load of stamped blocks', () => {
  it('finds nothing where all is there', async () => {
    const load = new StampedLoad(16, 1);
    const client = clientOf(new Uint8Array(load.size));
    for (let round = 0; round < 10; round++) await load.round(client);
    expect(load.rounds).toBe(10);
    expect(await load.faults(client)).toEqual([]);
  });

  it('finds a block that is older than what was flushed', async () => {
    const load = new StampedLoad(6, 1);
    const disk = new Uint8Array(load.size);
    await load.round(clientOf(disk));
    const old = disk.slice(0, BLOCK);
    await load.round(clientOf(disk));
    disk.set(old);
    expect(await load.faults(clientOf(disk))).toEqual([
      expect.stringMatching(/^block 0: expected/),
    ]);
    disk.fill(0, 0, BLOCK);
    expect(await load.faults(clientOf(disk))).toHaveLength(1);
  });

  it('finds a block that is of two writes, or of another place', async () => {
    const load = new StampedLoad(6, 1);
    const disk = new Uint8Array(load.size);
    await load.round(clientOf(disk));
    disk.copyWithin(0, BLOCK, BLOCK + 8);
    expect(await load.faults(clientOf(disk))).toEqual(['block 0 is torn']);
    disk.copyWithin(0, BLOCK, 2 * BLOCK);
    expect(await load.faults(clientOf(disk))).toEqual(['block 0 is torn']);
  });

  it('accepts a block that was written, flushed or not', async () => {
    const load = new StampedLoad(6, 1);
    const disk = new Uint8Array(load.size);
    const client = { ...clientOf(disk), flush: () => Promise.reject(new Error('no answer')) };
    await expect(load.round(client)).rejects.toThrow('no answer');
    expect(await load.faults(client)).toEqual([]);
    disk.fill(0, 0, BLOCK);
    expect(await load.faults(client)).toEqual([]);
  });

  it('takes a flush for one of all that was answered before it, and before one that failed', async () => {
    const load = new StampedLoad(12, 1);
    const disk = new Uint8Array(load.size);
    const client = clientOf(disk);
    const failing = { ...client, flush: () => Promise.reject(new Error('no answer')) };
    await expect(load.round(failing)).rejects.toThrow('no answer');
    const before = disk.slice();
    await load.round(client);
    expect(await load.faults(client)).toEqual([]);
    // All that the first round has written is lost, but for what the second one has changed.
    for (let at = 0; at < disk.length; at += BLOCK) {
      const isUnchanged = Buffer.compare(disk.slice(at, at + BLOCK), before.slice(at, at + BLOCK));
      if (isUnchanged === 0) disk.fill(0, at, at + BLOCK);
    }
    expect((await load.faults(client)).length).toBeGreaterThan(0);
  });

  it('lets nothing come back, once it is settled', async () => {
    const load = new StampedLoad(6, 1);
    const disk = new Uint8Array(load.size);
    await load.round(clientOf(disk));
    const old = disk.slice();
    const client = { ...clientOf(disk), flush: () => Promise.reject(new Error('no answer')) };
    await expect(load.round(client)).rejects.toThrow('no answer');
    const late = disk.slice();
    disk.set(old);
    expect(await load.faults(client)).toEqual([]);
    load.settle();
    disk.set(late);
    expect(await load.faults(client)).toHaveLength(6);
  });
});
