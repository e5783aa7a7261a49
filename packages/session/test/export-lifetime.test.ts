/** An export is opened at most once for a connection, and closed exactly once on every way out. */
import { Info, Option } from '@nbd/codec';
import { expect, test } from 'vitest';
import {
  clientFlags,
  disconnect,
  exportNameOption,
  go,
  infoOption,
  option,
  read,
  write,
} from './client-bytes.ts';
import { type CountingSource, countingSource, unsettled } from './counting-source.ts';
import { type ScriptedService, serveScript } from './scripted-service.ts';
import { quiet } from './served-conversation.ts';

/** A session that is begun, with a client whose flags are said. */
function begun(source: CountingSource): ScriptedService {
  const service = serveScript(source, { limits: { optionsMax: 8, payloadDrainBytesMax: 100 } });
  service.channel.receives(clientFlags(3));
  return service;
}

type WayOut = readonly [string, (service: ScriptedService) => void];

const bad = read(0, 1).fill(0, 0, 4);

const fromTransmission: readonly WayOut[] = [
  ['disconnected', ({ channel }) => channel.receives(disconnect())],
  ['closed', ({ channel }) => channel.receivesEnd()],
  [
    'closed-early',
    ({ channel }) => {
      channel.receives(write(0, new Uint8Array(8)).subarray(0, 30));
      channel.receivesEnd();
    },
  ],
  ['closed', ({ channel }) => channel.closes(new Error('ECONNRESET'))],
  [
    'closed-early',
    ({ channel }) => {
      channel.receives(read(0, 8).subarray(0, 9));
      channel.closes(new Error('ECONNRESET'));
    },
  ],
  ['bad-magic', ({ channel }) => channel.receives(bad)],
  ['payload-too-long', ({ channel }) => channel.receives(write(65_530, new Uint8Array(101)))],
  [
    'left',
    ({ served }) => {
      served.shutDown();
      served.leave();
    },
  ],
];

const fromHandshake: readonly WayOut[] = [
  ['aborted', ({ channel }) => channel.receives(option(Option.ABORT))],
  ['closed', ({ channel }) => channel.receivesEnd()],
  [
    'closed-early',
    ({ channel }) => {
      channel.receives(option(Option.LIST).subarray(0, 5));
      channel.receivesEnd();
    },
  ],
  ['closed', ({ channel }) => channel.closes(new Error('ECONNRESET'))],
  ['bad-magic', ({ channel }) => channel.receives(bad)],
  [
    'too-many-options',
    ({ channel }) => {
      for (let i = 0; i < 8; i++) channel.receives(option(77));
    },
  ],
  ['left', ({ served }) => served.leave()],
];

/** The channel ends as a transport would, all is over, and no memory is left behind. */
async function isOver({ channel, served, pool, reasons }: ScriptedService, reason: string) {
  await quiet();
  expect(reasons).toEqual([reason]);
  expect(channel.ended).toBe(true);
  channel.closes();
  await served.done;
  expect(served.phase).toBe('ended');
  expect(served.inFlight).toBe(0);
  expect(pool.lentBytes).toBe(0);
}

test.each(fromTransmission)(
  'C-284 S-30 an export that was entered is closed once when it ends: %s',
  async (reason, leave) => {
    const source = countingSource();
    const service = begun(source);
    service.channel.receives(go('a'));
    await quiet();
    expect(source.log).toEqual(['open a']);
    leave(service);
    await isOver(service, reason);
    expect(source.log).toEqual(['open a', 'close a']);
  },
);

test.each(fromHandshake)(
  'C-284 an export that was asked about is closed once when it ends: %s',
  async (reason, leave) => {
    const source = countingSource();
    const service = begun(source);
    service.channel.receives(infoOption(Option.INFO, 'a'));
    await quiet();
    leave(service);
    await isOver(service, reason);
    expect(source.log).toEqual(['open a', 'close a']);
  },
);

test('C-284 C-071 a refused EXPORT_NAME closes what INFO had opened', async () => {
  const source = countingSource();
  const service = begun(source);
  service.channel.receives(infoOption(Option.INFO, 'a'), exportNameOption('none'));
  await isOver(service, 'refused');
  expect(source.log).toEqual(['open a', 'close a', 'open none']);
});

test('C-030 E-13 nothing is opened before a name is said, and nothing for LIST', async () => {
  const source = countingSource();
  const service = begun(source);
  service.channel.receives(option(Option.LIST), option(77), option(Option.STRUCTURED_REPLY));
  service.channel.receives(option(Option.ABORT));
  await isOver(service, 'aborted');
  expect(source.log).toEqual([]);
});

test('C-123 C-124 E-14 INFO and GO of one name open once', async () => {
  const source = countingSource();
  const service = begun(source);
  for (let i = 0; i < 3; i++) service.channel.receives(infoOption(Option.INFO, 'a', Info.NAME));
  service.channel.receives(go('a', Info.NAME), disconnect());
  await isOver(service, 'disconnected');
  expect(source.log).toEqual(['open a', 'close a']);
});

test('C-124 E-22 INFO of another name closes the one before it first, however many there are', async () => {
  const source = countingSource();
  const service = begun(source);
  for (const name of ['a', 'b', 'none', 'a']) {
    service.channel.receives(infoOption(Option.INFO, name));
  }
  service.channel.receives(go('b'), disconnect());
  await isOver(service, 'disconnected');
  expect(source.log).toEqual([
    'open a',
    'close a',
    'open b',
    'close b',
    'open none',
    'open a',
    'close a',
    'open b',
    'close b',
  ]);
});

test('C-284 an opening that ends after the client has left is closed, and done waits for it', async () => {
  for (const leave of [
    ({ channel }: ScriptedService) => channel.closes(new Error('ECONNRESET')),
    ({ channel }: ScriptedService) => channel.receivesEnd(),
  ]) {
    const opening = unsettled();
    const source = countingSource({ beforeOpen: () => opening.promise });
    const service = begun(source);
    service.channel.receives(go('a'));
    await quiet();
    leave(service);
    await quiet();
    expect(service.isDone).toBe(false);
    opening.resolve();
    await quiet();
    service.channel.closes();
    await service.served.done;
    expect(source.log).toEqual(['open a', 'close a']);
    expect(service.pool.lentBytes).toBe(0);
  }
});

test('C-284 a client that leaves in the moment in which it names an export leaves none open', async () => {
  const source = countingSource();
  const service = begun(source);
  service.channel.receives(go('a'));
  service.channel.closes();
  await service.served.done;
  await quiet();
  expect([[], ['open a', 'close a']]).toContainEqual(source.log);
});

test('C-284 an opening that fails after the client has left ends the session all the same', async () => {
  const opening = unsettled();
  const source = countingSource({ beforeOpen: () => opening.promise });
  const service = begun(source);
  service.channel.receives(go('a'));
  await quiet();
  service.channel.closes();
  opening.reject(new Error('too late'));
  await service.served.done;
  expect(source.log).toEqual(['open a']);
});

test('C-284 done waits for the closing', async () => {
  const closing = unsettled();
  const source = countingSource({ beforeClose: () => closing.promise });
  const service = begun(source);
  service.channel.receives(go('a'));
  await quiet();
  service.channel.closes();
  await quiet();
  expect(source.log).toEqual(['open a', 'close a']);
  expect(service.isDone).toBe(false);
  closing.resolve();
  await quiet();
  expect(service.isDone).toBe(true);
});

test('C-124 C-284 a client that leaves while the export before is being closed leaves none open', async () => {
  const closing = unsettled();
  const source = countingSource({ beforeClose: () => closing.promise });
  const service = begun(source);
  service.channel.receives(infoOption(Option.INFO, 'a'), go('b'));
  await quiet();
  expect(source.log).toEqual(['open a', 'close a']);
  service.channel.closes();
  await quiet();
  expect(service.isDone, 'a is still being closed').toBe(false);
  closing.resolve();
  await quiet();
  expect(service.isDone).toBe(true);
  const opened = source.log.filter((entry) => entry.startsWith('open')).length;
  const closed = source.log.filter((entry) => entry.startsWith('close')).length;
  expect(closed).toBe(opened);
});

test('C-284 closing waits for what is in flight', async () => {
  const reading = unsettled();
  const source = countingSource({
    driver: { size: 4096, read: () => reading.promise },
  });
  const service = begun(source);
  service.channel.receives(go('a'));
  await quiet();
  service.channel.receives(read(0, 8), disconnect());
  service.channel.closes();
  await quiet();
  expect(source.log).toEqual(['open a']);
  reading.resolve();
  await quiet();
  expect(source.log).toEqual(['open a', 'close a']);
  expect(service.isDone).toBe(true);
});
