/** Ten thousand requests, one behind the other, cut anywhere: each is answered once, and rightly. */
import { setImmediate as turn } from 'node:timers/promises';
import { Command, ErrorCode } from '@nbd/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RawClient, requestBytes, type RequestFields, viewOf } from '../src/raw-client.ts';
import { shareDisk, TRANSPORTS } from '../src/served-disk.ts';

const DISK_BYTES = 64 * 2 ** 20;
const REQUESTS = 10_000;
/** So much of the stream is sent a byte at a time. */
const SINGLE_BYTES = 4096;
const SEED = 20_240_229;

interface Exchange {
  readonly request: RequestFields;
  readonly payload: Uint8Array;
  readonly error: number;
}

const cookieHigh = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const length = fc.integer({ min: 0, max: 2048 });
const range = fc.record({ offset: fc.integer({ min: 0, max: DISK_BYTES - 2048 }), length });

/** Requests to the pattern disk, which offers READ alone and is read-only. */
const exchange: fc.Arbitrary<Exchange> = fc.oneof(
  { weight: 5, arbitrary: plain(Command.READ, ErrorCode.OK) },
  { weight: 1, arbitrary: plain(Command.TRIM, ErrorCode.EPERM) },
  { weight: 1, arbitrary: plain(Command.WRITE_ZEROES, ErrorCode.EPERM) },
  { weight: 1, arbitrary: plain(99, ErrorCode.EINVAL) },
  { weight: 1, arbitrary: beyondTheEnd() },
  { weight: 2, arbitrary: refusedWrite() },
);

function plain(type: number, error: number): fc.Arbitrary<Exchange> {
  return fc.tuple(cookieHigh, range).map(([high, at]) => {
    return { request: { type, cookieHigh: high, ...at }, payload: new Uint8Array(0), error };
  });
}

function beyondTheEnd(): fc.Arbitrary<Exchange> {
  return cookieHigh.map((high) => {
    const request = { type: Command.READ, cookieHigh: high, offset: DISK_BYTES - 1, length: 2 };
    return { request, payload: new Uint8Array(0), error: ErrorCode.EINVAL };
  });
}

/** A WRITE whose payload, which must be skipped, is itself a request for disconnection. */
function refusedWrite(): fc.Arbitrary<Exchange> {
  const disconnect = requestBytes({ type: Command.DISC });
  return fc.tuple(cookieHigh, range, fc.nat(40)).map(([high, at, copies]) => {
    const payload = new Uint8Array(copies * disconnect.length);
    for (let i = 0; i < copies; i++) payload.set(disconnect, i * disconnect.length);
    const request = { type: Command.WRITE, cookieHigh: high, ...at, length: payload.length };
    return { request, payload, error: ErrorCode.EPERM };
  });
}

/** The exchange with a cookie that no other has, of bits that are well mixed. */
function withCookie(entry: Exchange, index: number): Exchange {
  return { ...entry, request: { ...entry.request, cookieLow: Math.imul(index, 0x9e37_79b1) } };
}

function sample<T>(arbitrary: fc.Arbitrary<T>, count: number): readonly T[] {
  return fc.sample(arbitrary, { numRuns: count, seed: SEED });
}

/** Sends `bytes` in segments: at first single bytes, then of random sizes, small and large. */
async function sendInPieces(client: RawClient, bytes: Uint8Array): Promise<void> {
  const size = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 30_000 }));
  const sizes = sample(size, 1000);
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const end = at < SINGLE_BYTES ? at + 1 : at + (sizes[i % sizes.length] as number);
    client.send(bytes.subarray(at, end));
    at = end;
    await turn();
  }
}

function cookieOf(words: { cookieHigh?: number; cookieLow?: number }): string {
  return `${words.cookieHigh}:${words.cookieLow}`;
}

/** Whether `data` is what the pattern disk holds at `offset`: each 8 bytes are their own offset. */
function isPattern(data: Uint8Array, offset: number): boolean {
  const start = offset - (offset % 8);
  const whole = viewOf(new Uint8Array(data.length + 16));
  for (let at = 0; at + 8 <= whole.byteLength; at += 8) whole.setBigUint64(at, BigInt(start + at));
  const expected = new Uint8Array(whole.buffer).subarray(offset - start);
  return data.every((byte, i) => byte === expected[i]);
}

const served = shareDisk({ exports: { pattern: 'pattern:64M' } });

describe.each(TRANSPORTS)('over %s', (transport) => {
  it('requests in random segments are each answered once, with their cookie (C-003, C-171, C-172, C-220)', async () => {
    const exchanges = sample(exchange, REQUESTS).map(withCookie);
    const open = new Map(exchanges.map((entry) => [cookieOf(entry.request), entry]));
    expect(open.size).toBe(REQUESTS);
    const client = await RawClient.enter(served(), transport);
    const stream = Buffer.concat(exchanges.map((e) => requestBytes(e.request, e.payload)));
    const sending = sendInPieces(client, stream);

    for (let answered = 0; answered < REQUESTS; answered++) {
      const reply = await client.reply();
      const { request, error } = open.get(cookieOf(reply)) as Exchange;
      open.delete(cookieOf(reply));
      expect(reply.error).toBe(error);
      const hasData = request.type === Command.READ && error === ErrorCode.OK;
      const data = await client.take(hasData ? (request.length as number) : 0);
      expect(isPattern(data, request.offset as number)).toBe(true);
    }
    await sending;
    expect(open.size).toBe(0);
    client.send(requestBytes({ type: Command.DISC }));
    expect(await client.takeRest()).toHaveLength(0);
  });

  it('cookies need not differ: two requests with the same one get two replies with it', async () => {
    const client = await RawClient.enter(served(), transport);
    const twin = requestBytes({ type: Command.READ, cookieHigh: -1, cookieLow: -1, length: 8 });
    client.send(Buffer.concat([twin, twin]));
    for (let i = 0; i < 2; i++) {
      expect(await client.reply()).toEqual({ error: 0, cookieHigh: -1, cookieLow: -1 });
      expect(viewOf(await client.take(8)).getBigUint64(0)).toBe(0n);
    }
    client.send(requestBytes({ type: Command.DISC }));
    expect(await client.takeRest()).toHaveLength(0);
  });
});
