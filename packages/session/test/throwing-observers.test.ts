/** Observers that throw, though they must not: each costs the connection that it observes, and nothing else. */
import { Command } from '@nbd/codec';
import { type Driver, DriverError, type ExportSource, oneExport } from '@nbd/driver';
import { expect, test } from 'vitest';
import { type Observer, serveChannel } from '../src/index.ts';
import { agreement, clientFlags, go, requestIn } from './client-bytes.ts';
import { ScriptedChannel } from './scripted-channel.ts';
import { CONTEXT, quiet } from './served-conversation.ts';

const FAULT = new Error('the observer is broken');

function fail(): never {
  throw FAULT;
}

async function later(): Promise<never> {
  throw new DriverError('EIO', 'the disk is broken');
}

/** It fails whatever it is asked, a moment later. */
const broken: Driver = {
  size: 2 ** 24,
  read: later,
  flush: later,
  extents: () => ({ [Symbol.asyncIterator]: () => ({ next: later }) }),
};

/** What was opened cannot be closed. */
const openForEver: ExportSource['open'] = (name) => ({ name, driver: broken, close: later });

/** A client that enters the export and asks for something: what its channel was closed with, once all is over. */
async function closedWith(
  exports: ExportSource,
  observer: Observer,
  ...asked: readonly Uint8Array[]
): Promise<unknown> {
  const channel = new ScriptedChannel();
  let closed: unknown;
  const service = serveChannel(channel, {
    exports,
    context: CONTEXT,
    observer: {
      ...observer,
      ended(_reason, error) {
        closed = error;
      },
    },
  });
  channel.receives(clientFlags(3), agreement('structured', '', 'base:allocation'), go());
  await quiet();
  if (asked.length > 0) channel.receives(...asked);
  await quiet();
  expect(channel.dropped).toBe(true);
  channel.closes();
  await service.done;
  return closed;
}

test.each([
  ['a READ', { length: 512 }],
  ['a READ in pieces', { length: 2 ** 22 }],
  ['a FLUSH', { type: Command.FLUSH }],
  ['a BLOCK_STATUS', { type: Command.BLOCK_STATUS, length: 512 }],
])('%s that fails later, and an observer that throws at it', async (_, asked) => {
  const source = oneExport({ driver: broken });
  const request = requestIn('structured', asked);
  expect(await closedWith(source, { requestFailed: fail }, request)).toBe(FAULT);
});

test('an export that cannot be opened later, and an observer that throws at it', async () => {
  expect(await closedWith({ open: later }, { sourceFailed: fail })).toBe(FAULT);
});

test('a client that leaves, and an observer that throws at it, are over all the same', async () => {
  const channel = new ScriptedChannel();
  const exports = oneExport({ driver: broken });
  const observer = { ended: fail };
  const service = serveChannel(channel, { exports, context: CONTEXT, observer });
  channel.receives(clientFlags(3), go());
  expect(() => channel.closes()).toThrow(FAULT);
  await expect(service.done).resolves.toBeUndefined();
});

test('an export that cannot be closed later, and an observer that throws at it, are over all the same', async () => {
  const channel = new ScriptedChannel();
  const observer = { closeFailed: fail };
  const exports = { open: openForEver };
  const service = serveChannel(channel, { exports, context: CONTEXT, observer });
  channel.receives(clientFlags(3), go());
  channel.closes();
  await expect(service.done).resolves.toBeUndefined();
});
