/** What the failures of a disk become on the wire. Spec: "Error values". */
import { Command, CommandFlag, ErrorCode } from '@nbd/codec';
import { type Awaitable, type Driver, DriverError } from '@nbd/driver';
import { expect, test } from 'vitest';
import { clientFlags, content, go, read, request, write } from './client-bytes.ts';
import { recordingDriver } from './recording-driver.ts';
import { quiet, ServedConversation, serving } from './served-conversation.ts';
import { errorReply, simpleReply } from './server-bytes.ts';

const { EINVAL, EIO, ENOMEM, ENOSPC, EPERM, ESHUTDOWN } = ErrorCode;

function nodeError(code: string): Error {
  return Object.assign(new Error(`${code}: as Node says it`), { code, errno: -999 });
}

const failures: readonly (readonly [string, unknown, number, boolean])[] = [
  ['DriverError EPERM', new DriverError('EPERM', 'x'), EPERM, false],
  ['DriverError EIO', new DriverError('EIO', 'x'), EIO, false],
  ['DriverError ENOMEM', new DriverError('ENOMEM', 'x'), ENOMEM, false],
  ['DriverError EINVAL', new DriverError('EINVAL', 'x'), EINVAL, false],
  ['DriverError ENOSPC', new DriverError('ENOSPC', 'x'), ENOSPC, false],
  ['DriverError ENOTSUP', new DriverError('ENOTSUP', 'x'), EINVAL, false],
  ['DriverError ESHUTDOWN', new DriverError('ESHUTDOWN', 'x'), ESHUTDOWN, false],
  ['Node EACCES', nodeError('EACCES'), EPERM, false],
  ['Node EROFS', nodeError('EROFS'), EPERM, false],
  ['Node EDQUOT', nodeError('EDQUOT'), ENOSPC, false],
  ['Node EFBIG', nodeError('EFBIG'), ENOSPC, false],
  ['Node EOPNOTSUPP', nodeError('EOPNOTSUPP'), EINVAL, false],
  ['Node EBADF', nodeError('EBADF'), EIO, true],
  ['a TypeError', new TypeError('undefined is not a function'), EIO, true],
  ['a code that is a number', Object.assign(new Error('x'), { code: 28 }), EIO, true],
  ['a string', 'ENOSPC', EIO, true],
  ['undefined', undefined, EIO, true],
  ['null', null, EIO, true],
];

const requests: readonly (readonly [number, Uint8Array])[] = [
  [Command.READ, read(0, 8)],
  [Command.WRITE, write(0, content(8))],
  [Command.FLUSH, request({ type: Command.FLUSH })],
  [Command.TRIM, request({ type: Command.TRIM, length: 8 })],
  [Command.CACHE, request({ type: Command.CACHE, length: 8 })],
  [Command.WRITE_ZEROES, request({ type: Command.WRITE_ZEROES, length: 8 })],
  [Command.RESIZE, request({ type: Command.RESIZE })],
];

const manners: readonly (readonly [string, (error: unknown) => Awaitable<void>])[] = [
  [
    'throws',
    (error) => {
      throw error;
    },
  ],
  [
    'rejects',
    async (error) => {
      throw error;
    },
  ],
  [
    'rejects later',
    async (error) => {
      await quiet();
      throw error;
    },
  ],
];

test.each(failures)(
  'C-189 C-190 S-08 a driver that fails with %s: the client is told, the observer knows why, and the connection lives',
  async (_, error, code, isBug) => {
    for (const [, fail] of manners) {
      let failing = true;
      const { driver } = recordingDriver({ before: () => (failing ? fail(error) : undefined) });
      const talk = await serving(driver);
      for (const [type, said] of requests) {
        talk.client.says(said);
        await quiet();
        await talk.client.hears(errorReply(1, code));
        expect(talk.failures.splice(0)).toMatchObject([{ error, isBug, type, code, offset: 0 }]);
      }
      failing = false;
      talk.client.says(read(0, 1, 2));
      await talk.client.hears(simpleReply(2, new Uint8Array(1)));
      expect(talk.tally.failures).toBe(requests.length);
      await talk.ends();
    }
  },
);

/** A disk of 4096 bytes that answers batches of reads as `readBatch` does. */
function batching(readBatch: NonNullable<Driver['readBatch']>): Driver {
  return { size: 4096, read: () => expect.unreachable('it takes batches'), readBatch };
}

test('C-190 each read of a batch is answered on its own', async () => {
  const driver = batching((reads) => {
    for (const one of reads) {
      if (one.offset === 0) one.answer = Promise.reject(new DriverError('EIO', 'a bad sector'));
      else if (one.offset === 1) one.answer = Promise.resolve().then(() => void one.target.fill(1));
      else one.target.fill(2);
    }
  });
  const talk = await serving(driver);
  talk.client.says(read(0, 2, 1), read(1, 2, 2), read(2, 2, 3));
  const heard = await talk.client.heard();
  expect(heard.subarray(0, 18)).toEqual(simpleReply(3, Uint8Array.of(2, 2)));
  expect(heard).toHaveLength(18 + 18 + 16);
  expect(talk.failures).toMatchObject([{ code: EIO, isBug: false, offset: 0 }]);
  await talk.ends();
});

test('C-190 a batch that throws fails each of its reads, and the connection lives', async () => {
  let failing = true;
  const driver = batching((reads) => {
    if (failing) throw new Error('a bug');
    for (const { target } of reads) target.fill(9);
  });
  const talk = await serving(driver);
  talk.client.says(read(0, 2, 1), read(1, 2, 2));
  await talk.client.hears(errorReply(1, EIO), errorReply(2, EIO));
  expect(talk.failures.map(({ isBug }) => isBug)).toEqual([true, true]);
  failing = false;
  talk.client.says(read(0, 2, 3));
  await talk.client.hears(simpleReply(3, Uint8Array.of(9, 9)));
  await talk.ends();
});

test('C-190 a batch that throws after it has rejected a read leaves no rejection unheard', async () => {
  const unheard: unknown[] = [];
  const listen = (reason: unknown) => void unheard.push(reason);
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', listen);
  try {
    const driver = batching((reads) => {
      for (const one of reads) one.answer = Promise.reject(new DriverError('EIO', 'bad'));
      throw new Error('a bug');
    });
    const talk = await serving(driver);
    talk.client.says(read(0, 2, 1));
    await talk.client.hears(errorReply(1, EIO));
    expect(unheard).toEqual([]);
  } finally {
    process.off('unhandledRejection', listen);
    for (const other of others) process.on('unhandledRejection', other);
  }
});

test('C-284 S-31 an export whose close fails is told to the observer, and the session is over', async () => {
  for (const close of [
    () => Promise.reject(new Error('cannot close')),
    () => {
      throw new Error('cannot close');
    },
  ]) {
    const { driver } = recordingDriver();
    const talk = new ServedConversation({
      exports: { open: () => ({ name: 'disk', driver, close }) },
    });
    const { client } = talk;
    client.says(clientFlags(3), go());
    await client.heard();
    await talk.ends();
    expect(talk.closeFailures).toMatchObject([{ message: 'cannot close' }]);
  }
});

test('C-189 C-234 ENOTSUP reaches a FAST_ZERO alone, and is an answer there and no failure', async () => {
  const { driver } = recordingDriver({
    before: () => {
      throw new DriverError('ENOTSUP', 'no');
    },
  });
  const talk = await serving(driver);
  const flags = CommandFlag.FAST_ZERO;
  talk.client.says(request({ type: Command.WRITE_ZEROES, flags, length: 8 }));
  await talk.client.hears(errorReply(1, ErrorCode.ENOTSUP));
  expect([talk.failures, talk.tally.failures]).toEqual([[], 0]);
  talk.client.says(request({ type: Command.WRITE_ZEROES, length: 8 }));
  await talk.client.hears(errorReply(1, ErrorCode.EINVAL));
  expect([talk.failures.length, talk.tally.failures]).toEqual([1, 1]);
});
