import {
  Command,
  CommandFlag,
  decodeExtendedRequest,
  decodeRequest,
  EXTENDED_REQUEST_BYTES,
  REQUEST_BYTES,
} from '@nbd/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomOffsets, sequentialOffsets } from './offset-source.ts';
import { RequestRing } from './request-ring.ts';

const BLOCK = 16;

const ALL = { start: 0, places: 1000, stepBytes: BLOCK };

function ringOf(command: typeof Command.READ | typeof Command.WRITE, depth: number): RequestRing {
  const offsets = sequentialOffsets(ALL, 0);
  return new RequestRing({ command, lengths: [BLOCK], depth, offsets });
}

function decodeAt(bytes: Uint8Array, at: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const blank = { flags: 0, type: 0, cookieHigh: 0, cookieLow: 0, offset: 0, length: 0 };
  return decodeRequest(view, at, blank);
}

function drawRandom(seed: number): readonly number[] {
  return Array.from({ length: 2000 }, randomOffsets({ ...ALL, places: 64 }, seed));
}

describe('the ring of requests', () => {
  it('lays out READs back to back, each with the next offset and a cookie of its own', () => {
    const bytes = ringOf(Command.READ, 2).take(2);
    expect(bytes).toHaveLength(2 * REQUEST_BYTES);
    const fields = { flags: 0, type: Command.READ, cookieHigh: BLOCK, length: BLOCK };
    expect(decodeAt(bytes, 0)).toEqual({ ...fields, cookieLow: 1, offset: 0 });
    expect(decodeAt(bytes, REQUEST_BYTES)).toEqual({ ...fields, cookieLow: 2, offset: BLOCK });
  });

  it('lays out each WRITE with its payload behind it', () => {
    const bytes = ringOf(Command.WRITE, 2).take(2);
    expect(bytes).toHaveLength(2 * (REQUEST_BYTES + BLOCK));
    expect(decodeAt(bytes, REQUEST_BYTES + BLOCK)).toMatchObject({ offset: BLOCK, length: BLOCK });
    expect(bytes.subarray(REQUEST_BYTES, REQUEST_BYTES + BLOCK).every((byte) => byte !== 0)).toBe(
      true,
    );
  });

  it('goes through the lengths in their order, each in its slot', () => {
    const lengths = [3, 1, 8];
    const offsets = sequentialOffsets(ALL, 0);
    const ring = new RequestRing({ command: Command.WRITE, lengths, depth: 1, offsets });
    const taken = Array.from({ length: 4 }, () => ring.take(1).slice());
    expect(taken.map((bytes) => bytes.length - REQUEST_BYTES)).toEqual([3, 1, 8, 3]);
    expect(taken.map((bytes) => decodeAt(bytes, 0).length)).toEqual([3, 1, 8, 3]);
  });

  it('has extended requests for extended replies, whose WRITEs say that a payload follows', () => {
    const shape = { lengths: [BLOCK], depth: 1, offsets: sequentialOffsets(ALL, 5) };
    const ring = new RequestRing({ ...shape, command: Command.WRITE, form: 'extended' });
    const bytes = ring.take(1);
    expect(bytes).toHaveLength(EXTENDED_REQUEST_BYTES + BLOCK);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const blank = { flags: 0, type: 0, cookieHigh: 0, cookieLow: 0, offset: 0, length: 0 };
    expect(decodeExtendedRequest(view, 0, blank)).toMatchObject({
      flags: CommandFlag.PAYLOAD_LEN,
      offset: 5 * BLOCK,
      length: BLOCK,
    });
  });

  it('never changes a request that has not been replied to, in whatever batches it is asked', () => {
    const depths = fc.integer({ min: 1, max: 9 });
    const shares = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 60 });
    fc.assert(
      fc.property(depths, shares, (depth, all) => {
        const ring = ringOf(Command.READ, depth);
        const unsent: { readonly bytes: Uint8Array; readonly cookie: number }[] = [];
        for (const share of all) {
          // The oldest are on their way; as many new ones take their place.
          const count = 1 + Math.floor(share * depth);
          unsent.splice(0, unsent.length + count - depth);
          const batch = ring.take(count);
          for (let at = 0; at < batch.length; at += REQUEST_BYTES) {
            const bytes = batch.subarray(at, at + REQUEST_BYTES);
            unsent.push({ bytes, cookie: decodeAt(bytes, 0).cookieLow });
          }
          for (const { bytes, cookie } of unsent) expect(decodeAt(bytes, 0).cookieLow).toBe(cookie);
        }
      }),
    );
  });
});

describe('offsets', () => {
  it('in sequence begin again at the end', () => {
    const next = sequentialOffsets({ ...ALL, start: 8, places: 3 }, 2);
    expect([next(), next(), next(), next()]).toEqual([40, 8, 24, 40]);
  });

  it('at random are the same for a seed, and reach every block of the export and nothing else', () => {
    const drawn = drawRandom(1);
    expect(drawRandom(1)).toEqual(drawn);
    expect(drawRandom(2)).not.toEqual(drawn);
    expect([...new Set(drawn)].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 64 }, (_, block) => block * BLOCK),
    );
  });
});
