/** What long READs may hold, and how they go on beside others. Spec: "NBD_CMD_READ", "Terminating the transmission phase". */
import { Command, ErrorCode } from '@nbd/codec';
import { dataExtent, type Driver, holeExtent, oneExport } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { agreement, clientFlags, go, requestIn } from './client-bytes.ts';
import { expectSameBytes } from './expectations.ts';
import { mappedDriver } from './mapped-driver.ts';
import { contentOf, readReplies } from './reply-reader.ts';
import { serveScript } from './scripted-service.ts';
import { quiet, servingIn } from './served-conversation.ts';

const { EINVAL } = ErrorCode;
const PIECE = 512 * 1024;

describe.each(['structured', 'extended'] as const)('long %s READs', (replyMode) => {
  test('C-187 C-188 a long READ has only a part of itself under way, and goes on as the peer takes it', async () => {
    const size = 16 * 2 ** 20;
    const waiting: (() => void)[] = [];
    const { driver } = mappedDriver({
      size,
      facts: {
        read: (target) =>
          new Promise((resolve) => {
            waiting.push(() => {
              target.fill(7);
              resolve();
            });
          }),
      },
    });
    const talk = await servingIn(driver, { replyMode });
    talk.client.says(requestIn(replyMode, { length: size }));
    await quiet();
    expect(waiting).toHaveLength(2);
    expect(talk.pool.lentBytes).toBeLessThan(2 ** 20 + 2 ** 16);
    talk.client.stops();
    for (let rounds = 0; rounds < 64 && waiting.length > 0; rounds++) {
      waiting.shift()?.();
      await quiet();
    }
    // The peer reads nothing: what is sent and not taken, and what is under way, is bounded.
    expect(waiting).toHaveLength(0);
    expect(talk.pool.lentBytes).toBeLessThan(4 * 2 ** 20);
    talk.client.resumes();
    const heard: Uint8Array[] = [];
    for (let rounds = 0; talk.served.inFlight > 0 && rounds < 200; rounds++) {
      waiting.shift()?.();
      heard.push(await talk.client.heard());
    }
    heard.push(await talk.client.heard());
    const [reply] = readReplies(Buffer.concat(heard));
    if (reply === undefined) throw new Error('expected a reply');
    expect(contentOf(reply, 0, size).every((byte) => byte === 7)).toBe(true);
    await talk.ends();
  });

  test('C-187 many long READs are under way at a time, each with a part of itself, up to the limit', async () => {
    const size = 32 * 2 ** 20;
    const waiting: (() => void)[] = [];
    const facts: Partial<Driver> = {
      read: () =>
        new Promise<void>((resolve) => {
          waiting.push(resolve);
        }),
    };
    const { driver } = mappedDriver({ size: 512, facts: { ...facts, size } });
    const limits = { inFlightBytesMax: 4 * 2 ** 20 };
    const talk = await servingIn(driver, { replyMode, limits });
    const requests = Array.from({ length: 9 }, (_, cookie) =>
      requestIn(replyMode, { length: size, cookie }),
    );
    talk.client.says(...requests);
    await quiet();
    expect(talk.served.inFlight).toBe(4);
    expect(waiting).toHaveLength(8);
    expect(talk.pool.lentBytes).toBeLessThan(4.5 * 2 ** 20);
    talk.client.drops();
    for (let rounds = 0; waiting.length > 0 && rounds < 100; rounds++) {
      for (const resolve of waiting.splice(0)) resolve();
      await quiet();
    }
    await talk.served.done;
    expect(talk.pool.lentBytes).toBe(0);
  });

  test('C-172 a short READ behind a long one need not wait for all of it', async () => {
    const talk = await servingIn(mappedDriver({ size: 2 ** 22 }).driver, { replyMode });
    talk.client.says(
      requestIn(replyMode, { length: 2 ** 22, cookie: 1 }),
      requestIn(replyMode, { length: 512, cookie: 2 }),
      requestIn(replyMode, { type: 99, cookie: 3 }),
    );
    const replies = readReplies(await talk.client.heard());
    expect(replies.map(({ cookie, error }) => [cookie, error])).toEqual([
      [2n, 0],
      [3n, EINVAL],
      [1n, 0],
    ]);
    await talk.ends();
  });

  test('C-171 a turn at any moment while holes are looked for takes no long READ for another', async () => {
    const extents = async function* () {
      yield dataExtent(PIECE);
    };
    const { driver } = mappedDriver({ size: PIECE, facts: { extents } });
    const service = serveScript(oneExport({ driver }), { limits: { inFlightMax: 1 } });
    service.channel.receives(clientFlags(3), agreement(replyMode, ''), go());
    await quiet();
    service.channel.heard();
    const cookies = Array.from({ length: 9 }, (_, i) => i);
    service.channel.receives(
      ...cookies.map((cookie) => requestIn(replyMode, { length: PIECE, cookie })),
    );
    for (let moment = 0; moment < 200; moment++) {
      await Promise.resolve();
      service.channel.receives();
    }
    const replies = readReplies(service.channel.heard());
    expect(replies.map(({ cookie }) => Number(cookie))).toEqual(cookies);
    expect(service.served.inFlight).toBe(0);
  });

  test('C-302 DISC lets a long READ be answered to its end', async () => {
    const { driver, disk } = mappedDriver({ size: 2 ** 22, isLate: true });
    const talk = await servingIn(driver, { replyMode });
    talk.client.says(
      requestIn(replyMode, { length: 2 ** 22 }),
      requestIn(replyMode, { type: Command.DISC }),
    );
    const [reply] = readReplies(await talk.client.heard());
    if (reply === undefined) throw new Error('expected a reply');
    expectSameBytes(contentOf(reply, 0, 2 ** 22), disk);
    await talk.ends();
  });

  test.each([false, true])(
    'E-19 a client that vanishes ends its long READs, and nothing more is read; later: %s',
    async (isLate) => {
      let leave: (() => void) | undefined;
      const mapped = mappedDriver({
        size: 32 * 2 ** 20,
        isLate,
        extents: [dataExtent(32 * 2 ** 20)],
        before: (call) => {
          if (call === `read ${4 * PIECE}+${PIECE}`) leave?.();
        },
      });
      const talk = await servingIn(mapped.driver, { replyMode });
      leave = () => talk.client.drops();
      talk.client.says(requestIn(replyMode, { length: 32 * 2 ** 20 }));
      await talk.served.done;
      expect(mapped.calls.length).toBeLessThan(60);
      expect(talk.pool.lentBytes).toBe(0);
      expect(talk.failures).toEqual([]);
    },
  );

  test('a client that vanishes while the holes are looked for does so too, and the disk is closed after that', async () => {
    const order: string[] = [];
    let leave: (() => void) | undefined;
    const extents = async function* () {
      leave?.();
      await quiet();
      order.push('found');
      yield holeExtent(2 ** 21);
    };
    const { driver } = mappedDriver({ size: 2 ** 21, facts: { extents } });
    const opened = { name: 'disk', driver, close: () => void order.push('closed') };
    const talk = await servingIn(driver, { replyMode, exports: { open: async () => opened } });
    leave = () => talk.client.drops();
    talk.client.says(requestIn(replyMode, { length: 2 ** 21 }));
    await talk.served.done;
    expect(order).toEqual(['found', 'closed']);
    expect(talk.pool.lentBytes).toBe(0);
  });
});
