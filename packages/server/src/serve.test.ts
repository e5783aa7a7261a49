import { memoryDriver } from '@nbd/driver-memory';
import { oneExport } from '@nbd/driver';
import { afterEach, describe, expect, test } from 'vitest';
import { LIMITS } from './limits.ts';
import { serve, type ServeOptions } from './serve.ts';
import type { Server } from './server.ts';

const disk = memoryDriver({ size: 512 });
const GOOD: ServeOptions = { listen: 'nbd://127.0.0.1:0', exports: { disk } };

/** What came of options that should have been refused, to be closed all the same. */
let unexpected: Server | undefined;

afterEach(async () => {
  await unexpected?.close();
  unexpected = undefined;
});

async function refusal(options: object): Promise<unknown> {
  try {
    unexpected = await serve(options);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('serve refuses', () => {
  test.each<[option: string, wrong: object, says: string]>([
    ['no disks', { exports: undefined }, 'expected exports or source, found neither'],
    ['an empty table', { exports: {} }, 'export table: expected an export, found none'],
    [
      'disks twice',
      { source: oneExport({ driver: disk }) },
      'either exports or source, found both',
    ],
    [
      'a misspelt option',
      { tsl: {} },
      'there is no option "tsl", expected one of listen, exports,',
    ],
    ['no address', { listen: [] }, 'expected an address to listen on, found none'],
    ['a port', { listen: 10_809 }, 'listen: expected an NBD URI or a list of them, found 10809'],
    ['null for an address', { listen: null }, 'or a list of them, found null'],
    [
      'a source that opens nothing',
      { exports: undefined, source: {} },
      'source: expected an object with the method open, found none',
    ],
    [
      'null for a source',
      { exports: undefined, source: null },
      'source: expected an object with the method open, found none',
    ],
    [
      'what is no disk',
      { exports: { disk: 'disk.img' } },
      'export "disk": expected a driver, an object with the method read, found a string',
    ],
    ['a wrong address', { listen: '127.0.0.1' }, '"127.0.0.1" is not an address'],
    ['one wrong address of two', { listen: ['nbd://127.0.0.1:0', 'x'] }, '"x" is not an address'],
    ['an unknown way to read', { reads: 'fast' }, 'reads must be "shared" or "own", not "fast"'],
  ])('%s with a TypeError', async (_, wrong, says) => {
    const error = await refusal({ ...GOOD, ...wrong });
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).message).toContain(says);
  });

  /** `setTimeout` takes no more milliseconds than this; it makes 1 of them. */
  const MILLIS_MAX = 2 ** 31 - 1;

  test.each<[option: string, wrong: unknown]>([
    ['maxConnections', 0],
    ['maxConnections', 1.5],
    ['maxConnections', Number.NaN],
    ['maxConnections', '100'],
    ['handshakeTimeout', -1],
    ['handshakeTimeout', 0.5],
    ['handshakeTimeout', Number.POSITIVE_INFINITY],
    ['handshakeTimeout', MILLIS_MAX + 1],
    ['shutdownTimeout', -1],
    ['shutdownTimeout', Number.NaN],
    ['shutdownTimeout', MILLIS_MAX + 1],
    ['socketMode', -1],
    ['socketMode', 0o1_0000],
    ['socketMode', 1.5],
  ])('%s %s with a RangeError that names it', async (option, wrong) => {
    const error = await refusal({ ...GOOD, [option]: wrong });
    expect(error).toBeInstanceOf(RangeError);
    expect((error as RangeError).message).toMatch(
      new RegExp(`^${option} must be .*, not ${String(wrong)}$`),
    );
  });

  test.each(Object.entries(LIMITS))(
    'a limit %s below its least with a RangeError that names it',
    async (limit, { minimum = 1, maximum }) => {
      const error = await refusal({ ...GOOD, limits: { [limit]: minimum - 1 } });
      expect(error).toBeInstanceOf(RangeError);
      const bounds =
        maximum === undefined ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
      expect((error as RangeError).message).toBe(
        `${limit} must be a whole number ${bounds}, not ${minimum - 1}`,
      );
    },
  );

  test('nothing that is at the edge of what is allowed', async () => {
    const edges = { maxConnections: 1, handshakeTimeout: 0, shutdownTimeout: 0, socketMode: 0 };
    expect(await refusal({ ...GOOD, ...edges })).toBeUndefined();
    expect(unexpected?.ready).toBe(true);
  });
});
