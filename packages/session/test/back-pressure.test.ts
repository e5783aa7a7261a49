/** Memory stays bounded by not reading further (C-187, C-188), and all of it comes back. */
import { Command } from '@nbd/codec';
import fc from 'fast-check';
import { memoryDriver } from '@nbd/driver-memory';
import type { Driver } from '@nbd/driver';
import { expect, test } from 'vitest';
import { BufferPool, type SessionLimits } from '../src/index.ts';
import { content, read, request, write } from './client-bytes.ts';
import { type Settled, unsettled } from './counting-source.ts';
import { propertyRuns } from './property-runs.ts';
import { recordingDriver } from './recording-driver.ts';
import { type ScriptedService, scriptedEntry } from './scripted-service.ts';
import { quiet, serving } from './served-conversation.ts';
import { simpleReply } from './server-bytes.ts';

const KIB = 1024;

const LIMITS: SessionLimits = {
  optionsMax: 10,
  optionBytesMax: 1000,
  optionDrainBytesMax: 2000,
  nameBytesMax: 100,
  payloadBytesMax: 64 * KIB,
  payloadDrainBytesMax: 128 * KIB,
  inFlightMax: 8,
  inFlightBytesMax: 96 * KIB,
  unsentBytesMax: 64 * KIB,
  extentsMax: 100,
};
/** The largest piece in which these tests hand bytes over. */
const CHUNK_BYTES_MAX = 16 * KIB;
/** The pool rounds each loan up to a power of two, from 4 KiB on. */
const ROUNDING = 2;
/**
 * What one connection may hold: a chunk that came behind what can be taken, the READs and WRITEs in
 * flight and one that is let in alone, the replies that wait to be sent with the turn that went past
 * their limit, and the slabs that small replies share.
 */
const HELD_BYTES_MAX =
  ROUNDING *
    (CHUNK_BYTES_MAX +
      LIMITS.inFlightBytesMax +
      LIMITS.payloadBytesMax +
      LIMITS.unsentBytesMax +
      256 * KIB +
      LIMITS.payloadBytesMax +
      LIMITS.inFlightMax * 4 * KIB) +
  2 * 513 * KIB;

test('a client that asks for much work with few bytes takes turns with others', async () => {
  const zeroes = 40;
  const { driver, calls } = recordingDriver({ size: 2 ** 30, offers: ['write', 'zero'] });
  const service = await scriptedEntry(driver);
  const flood = Array.from({ length: zeroes }, (_, cookie) =>
    request({ type: Command.WRITE_ZEROES, length: 2 ** 20, cookie }),
  );
  service.channel.receives(...flood);
  expect(calls.length, 'in one turn').toBe(8);
  expect(service.channel.paused).toBe(true);
  await quiet();
  expect(calls).toHaveLength(zeroes);
  expect(service.channel.paused).toBe(false);
  expect(service.channel.heard()).toHaveLength(zeroes * 16);
});

/** Whether the client is to send more, as the pump has told the channel. */
function mayReceive({ channel }: ScriptedService): boolean {
  return !channel.paused;
}

test('C-188 a client that stops reading is read no more, and goes on where it was when it reads again', async () => {
  const { driver, disk } = recordingDriver();
  disk.set(content(65_536));
  const service = await scriptedEntry(driver, { limits: LIMITS, takesAtOnce: false });
  const { channel, pool } = service;
  let asked = 0;
  for (; mayReceive(service); asked++) {
    expect(asked).toBeLessThan(100);
    channel.receives(read(0, 8 * KIB, asked));
  }
  expect(channel.queuedBytes).toBeGreaterThan(LIMITS.unsentBytesMax);
  expect(pool.lentBytes).toBeLessThanOrEqual(HELD_BYTES_MAX);
  channel.takeAll();
  expect(mayReceive(service)).toBe(true);
  channel.receives(read(1, 3, asked));
  channel.takeAll();
  expect(channel.heard().subarray(asked * (16 + 8 * KIB))).toEqual(
    simpleReply(asked, content(4).subarray(1)),
  );
  expect(pool.lentBytes).toBe(0);
});

test('C-188 many replies to one piece of requests wait in the pump, not in memory', async () => {
  const { driver, calls } = recordingDriver({ size: 2 ** 20 });
  const service = await scriptedEntry(driver, { limits: LIMITS, takesAtOnce: false });
  const { channel, pool } = service;
  const many = Array.from({ length: 200 }, (_, i) => read(0, 32 * KIB, i));
  channel.receives(...many);
  expect(calls.length).toBeLessThan(30);
  expect(pool.lentBytes).toBeLessThanOrEqual(HELD_BYTES_MAX);
  channel.takeAll();
  expect(calls).toHaveLength(200);
  expect(channel.heard()).toHaveLength(200 * (16 + 32 * KIB));
  expect(pool.lentBytes).toBe(0);
});

test('C-188 over a memory channel a client that reads on gets all of a long answer', async () => {
  const talk = await serving(memoryDriver({ size: 2 ** 20 }));
  const many = Array.from({ length: 64 }, (_, i) => read(0, 2 ** 17, i));
  talk.client.says(...many);
  let length = 0;
  for (let i = 0; i < 64; i++) length += (await talk.client.heard()).length;
  expect(length).toBe(64 * (16 + 2 ** 17));
  await talk.ends();
});

test('C-188 over a memory channel a client that stopped reading goes on where it was', async () => {
  const talk = await serving(memoryDriver({ size: 2 ** 20 }));
  talk.client.stops();
  for (let i = 0; i < 40; i++) {
    talk.client.says(read(0, 2 ** 16, i));
    await quiet();
  }
  talk.client.resumes();
  let length = 0;
  for (let i = 0; i < 40; i++) length += (await talk.client.heard()).length;
  expect(length).toBe(40 * (16 + 2 ** 16));
  await talk.ends();
});

type Step =
  | { readonly kind: 'read' | 'write' | 'refused'; readonly length: number }
  | { readonly kind: 'half' | 'take' | 'answer' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constantFrom<'read' | 'write' | 'refused'>('read', 'write', 'refused'),
      length: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 64 * KIB })),
    }),
    fc.record({ kind: fc.constantFrom<'half' | 'take' | 'answer'>('half', 'take', 'answer') }),
  ),
  { maxLength: 60 },
);

/** Answers now and then at once, and else when it is let. */
function moody(): { driver: Driver; settleAll: () => void } {
  const waits: Settled[] = [];
  let calls = 0;
  const { driver } = recordingDriver({
    before: () => {
      calls++;
      if (calls % 3 === 0) return undefined;
      const wait = unsettled();
      waits.push(wait);
      return wait.promise;
    },
  });
  return {
    driver,
    settleAll: () => {
      for (const wait of waits.splice(0)) wait.resolve();
    },
  };
}

function said(step: Step): Uint8Array {
  switch (step.kind) {
    case 'read':
      return read(0, step.length);
    case 'write':
      return write(0, content(step.length));
    case 'refused':
      return write(65_535, content(step.length + 1));
    case 'half':
      return write(0, content(9000)).subarray(0, 5000);
    case 'take':
    case 'answer':
      return new Uint8Array(0);
  }
}

test('S6 C-187 C-188 a connection never holds more than its limits say, and nothing once it is gone', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (script, waits) => {
      const { driver, settleAll } = moody();
      const pool = new BufferPool();
      const service = await scriptedEntry(driver, { limits: LIMITS, pool, takesAtOnce: false });
      const { channel } = service;
      // What a client says waits in the network while the channel is paused.
      let network: Uint8Array[] = [];
      for (const step of script) {
        const bytes = said(step);
        for (let at = 0; at < bytes.length; at += CHUNK_BYTES_MAX) {
          network.push(bytes.subarray(at, at + CHUNK_BYTES_MAX));
        }
        while (mayReceive(service) && network.length > 0) {
          channel.receives(network.shift() as Uint8Array);
        }
        if (step.kind === 'answer') settleAll();
        if (step.kind === 'take') channel.takeAll();
        if (waits) await quiet();
        expect(pool.lentBytes).toBeLessThanOrEqual(HELD_BYTES_MAX);
        // The rest of a half WRITE would be taken for its payload: the client leaves here.
        if (step.kind === 'half') break;
      }
      network = [];
      channel.closes();
      settleAll();
      await quiet();
      expect(pool.lentBytes).toBe(0);
      expect(service.isDone).toBe(true);
    }),
    propertyRuns(40),
  );
});

test('C-188 a payload whose last bytes come while the peer is behind is written when it has caught up', async () => {
  const gate = unsettled();
  const { driver, disk } = recordingDriver({
    before: (call) => (call.startsWith('read') ? gate.promise : undefined),
  });
  const { channel } = await scriptedEntry(driver, { limits: LIMITS, takesAtOnce: false });
  const payload = content(10 * KIB);
  const whole = write(0, payload, { cookie: 9 });
  channel.receives(
    ...[1, 2].map((cookie) => read(0, 40 * KIB, cookie)),
    whole.subarray(0, whole.length - 10),
  );
  expect(channel.landing).toHaveLength(10);
  gate.resolve();
  await quiet();
  expect(channel.paused, 'no more is asked for, but some may be on its way').toBe(true);
  channel.lands(whole.subarray(-10));
  // A transport that was told to read into no bytes at all would take that for a failure of its own.
  expect(channel.landing).toBeUndefined();
  channel.takeAll();
  expect(channel.paused).toBe(false);
  channel.takeAll();
  expect(channel.heard().subarray(-16)).toEqual(simpleReply(9));
  expect(Buffer.compare(disk.subarray(0, payload.length), payload)).toBe(0);
});

test('C-188 nobody waits for a channel that will not tell when the peer has caught up', async () => {
  const pool = new BufferPool({ allUnsentBytesMax: 1 });
  const { channel } = await scriptedEntry(recordingDriver().driver, { pool });
  // As between message ports: the replies are copied, and the peer has not said that it has them.
  channel.queuedBytes = 5000;
  channel.receives(read(0, 10, 1));
  expect(channel.heard()).toEqual(simpleReply(1, new Uint8Array(10)));
  expect(channel.paused).toBe(false);
});
