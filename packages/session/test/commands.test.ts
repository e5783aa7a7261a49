/** Spec: "NBD_CMD_FLUSH", "NBD_CMD_TRIM", "NBD_CMD_CACHE", "NBD_CMD_WRITE_ZEROES". */
import { Command, CommandFlag, ErrorCode } from '@nbd/codec';
import { DriverError } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { expect, test } from 'vitest';
import { content, read, request, write } from './client-bytes.ts';
import { type Recording, recordingDriver } from './recording-driver.ts';
import { scriptedEntry } from './scripted-service.ts';
import { quiet, serving } from './served-conversation.ts';
import { errorReply, simpleReply } from './server-bytes.ts';

const { FUA, NO_HOLE, FAST_ZERO } = CommandFlag;
const { TRIM, WRITE_ZEROES, RESIZE, CACHE, FLUSH } = Command;
const KIB = 1024;

/** What the driver was asked for one request that was answered with `error`. */
async function callsFor(
  { driver, calls }: Recording,
  said: Uint8Array,
  error: number = ErrorCode.OK,
): Promise<string[]> {
  const talk = await serving(driver);
  talk.client.says(said);
  await talk.client.hears(errorReply(1, error));
  await talk.ends();
  return calls;
}

test.each([
  [FLUSH, 0, 0, 'flush'],
  [TRIM, 512, 1024, 'trim 512+1024'],
  [CACHE, 512, 1024, 'cache 512+1024'],
  [WRITE_ZEROES, 512, 1024, 'zero 512+1024 mayTrim'],
  [RESIZE, 1024, 0, 'resize 1024'],
])('command %i is one call of the driver', async (type, offset, length, call) => {
  const said = request({ type, offset, length });
  expect(await callsFor(recordingDriver(), said)).toEqual([call]);
});

test('C-191 FUA on RESIZE is a flush behind it, also where the disk honours FUA by itself', async () => {
  const said = request({ type: RESIZE, flags: FUA, offset: 1024 });
  for (const facts of [{}, { fua: 'native' }] as const) {
    expect(await callsFor(recordingDriver({ facts }), said)).toEqual(['resize 1024', 'flush']);
  }
});

const durable: readonly (readonly [string, Uint8Array, string[], string[]])[] = [
  ['WRITE', write(5, content(3), { flags: FUA }), ['write 5+3 fua'], ['write 5+3', 'flush']],
  ['TRIM', request({ type: TRIM, flags: FUA, length: 9 }), ['trim 0+9 fua'], ['trim 0+9', 'flush']],
  [
    'WRITE_ZEROES',
    request({ type: WRITE_ZEROES, flags: FUA | NO_HOLE, length: 9 }),
    ['zero 0+9 fua'],
    ['zero 0+9', 'flush'],
  ],
];

test.each(durable)(
  "C-179 C-191 C-224 FUA on %s is the driver's own, or else a flush behind the change",
  async (_, said, native, emulated) => {
    expect(await callsFor(recordingDriver({ facts: { fua: 'native' } }), said)).toEqual(native);
    expect(await callsFor(recordingDriver(), said)).toEqual(emulated);
    const later = recordingDriver({ before: () => Promise.resolve() });
    expect(await callsFor(later, said)).toEqual(emulated);
  },
);

test('C-191 an emulated FUA is answered when its flush is, and fails when that fails', async () => {
  const failing = recordingDriver({
    before: async (call) => {
      if (call === 'flush') throw new DriverError('EIO', 'the medium failed');
    },
  });
  const said = write(0, content(3), { flags: FUA });
  expect(await callsFor(failing, said, ErrorCode.EIO)).toEqual(['write 0+3', 'flush']);
});

test('C-191 a change that fails is not flushed', async () => {
  const failing = recordingDriver({
    before: (call) => {
      if (call.startsWith('write')) throw new DriverError('ENOSPC', 'full');
    },
  });
  const said = write(0, content(3), { flags: FUA });
  expect(await callsFor(failing, said, ErrorCode.ENOSPC)).toEqual(['write 0+3']);
});

test.each([
  [0, 'zero 0+8 mayTrim'],
  [NO_HOLE, 'zero 0+8'],
  [FAST_ZERO, 'zero 0+8 mayTrim fast'],
  [FAST_ZERO | NO_HOLE, 'zero 0+8 fast'],
])('C-233 WRITE_ZEROES with flags of %i is %s', async (flags, call) => {
  const said = request({ type: WRITE_ZEROES, flags, length: 8 });
  expect(await callsFor(recordingDriver(), said)).toEqual([call]);
});

test('C-233 C-239 a driver without zero gets the zeroes written, slice after slice, and they are there', async () => {
  const recording = recordingDriver({ size: 2 ** 20, offers: ['write', 'flush'] });
  recording.disk.fill(0xee);
  const length = 600 * KIB;
  const said = request({ type: WRITE_ZEROES, offset: 100, length, flags: FUA });
  expect(await callsFor(recording, said)).toEqual([
    `write 100+${256 * KIB}`,
    `write ${100 + 256 * KIB}+${256 * KIB}`,
    `write ${100 + 512 * KIB}+${88 * KIB}`,
    'flush',
  ]);
  const expected = new Uint8Array(2 ** 20).fill(0xee).fill(0, 100, 100 + length);
  expect(Buffer.compare(recording.disk, expected)).toBe(0);
});

test('C-239 the slices of written zeroes keep the block sizes of the disk', async () => {
  const recording = recordingDriver({
    offers: ['write'],
    facts: { blockSize: { minimum: 512, preferred: 512, payloadMax: 1300 } },
  });
  const said = request({ type: WRITE_ZEROES, offset: 512, length: 2560 });
  expect(await callsFor(recording, said)).toEqual([
    'write 512+1024',
    'write 1536+1024',
    'write 2560+512',
  ]);
});

test('C-239 written zeroes of a disk that answers at once let the others have a turn now and then', async () => {
  const { driver, calls } = recordingDriver({ size: 2 ** 30, offers: ['write'] });
  const writing = { ...driver, write: () => void calls.push('write') };
  const { channel } = await scriptedEntry(writing);
  const tasks: (() => void)[] = [];
  channel.defer = (task) => void tasks.push(task);
  channel.receives(request({ type: WRITE_ZEROES, length: 40 * 256 * KIB }));
  await quiet();
  expect(calls).toHaveLength(16);
  while (tasks.length > 0) {
    tasks.shift()?.();
    await quiet();
  }
  expect(calls).toHaveLength(40);
  expect(channel.heard()).toEqual(simpleReply());
});

test('C-239 native FUA is asked of each slice of written zeroes', async () => {
  const recording = recordingDriver({
    size: 2 ** 20,
    offers: ['write'],
    facts: { fua: 'native' },
  });
  const said = request({ type: WRITE_ZEROES, length: 300 * KIB, flags: FUA });
  expect(await callsFor(recording, said)).toEqual([
    `write 0+${256 * KIB} fua`,
    `write ${256 * KIB}+${44 * KIB} fua`,
  ]);
});

test.each(['emulated', 'native'] as const)(
  'C-232 C-191 a TRIM that frees nothing is done, with %s FUA too, and leaves the data',
  async (fua) => {
    const facts = fua === 'native' ? { fua } : {};
    const { driver, calls } = recordingDriver({ facts });
    const talk = await serving(driver);
    talk.client.says(write(0, content(8), { cookie: 1 }));
    await talk.client.hears(simpleReply(1));
    talk.client.says(request({ type: TRIM, flags: FUA, length: 8, cookie: 2 }));
    await talk.client.hears(simpleReply(2));
    talk.client.says(read(0, 8, 3));
    await talk.client.hears(simpleReply(3, content(8)));
    await talk.ends();
    const trims = fua === 'native' ? ['trim 0+8 fua'] : ['trim 0+8', 'flush'];
    expect(calls).toEqual(['write 0+8', ...trims, 'read 0+8']);
  },
);

test('C-234 FAST_ZERO on a driver without zero is ENOTSUP, and nothing is written', async () => {
  const said = request({ type: WRITE_ZEROES, flags: FAST_ZERO, length: 8 });
  const recording = recordingDriver({ offers: ['write'] });
  expect(await callsFor(recording, said, ErrorCode.ENOTSUP)).toEqual([]);
});

test.each([
  [FAST_ZERO, ErrorCode.ENOTSUP],
  [0, ErrorCode.EINVAL],
])(
  'C-234 C-235 C-189 a zero that is refused as slow, with flags of %i, is error %i',
  async (flags, error) => {
    const slow = recordingDriver({
      before: () => {
        throw new DriverError('ENOTSUP', 'not fast');
      },
    });
    const said = request({ type: WRITE_ZEROES, flags, length: 8 });
    expect(await callsFor(slow, said, error)).toHaveLength(1);
  },
);

test('C-137 C-237 TRIM, WRITE_ZEROES and CACHE of nearly 4 GiB are carried out', async () => {
  const { client } = await serving(memoryDriver({ size: 5 * 2 ** 30 }));
  for (const type of [TRIM, WRITE_ZEROES]) {
    client.says(request({ type, offset: 2 ** 30, length: 0xffff_ffff }));
    await client.hears(simpleReply());
  }
  const { driver, calls } = recordingDriver({ size: 5 * 2 ** 30 });
  await callsFor(
    { driver, calls, disk: new Uint8Array(0) },
    request({ type: CACHE, length: 0xffff_ffff }),
  );
  expect(calls).toEqual(['cache 0+4294967295']);
});

test('C-230 FLUSH reaches the driver after the writes that were answered before it', async () => {
  const { driver, calls } = recordingDriver();
  const { client } = await serving(driver);
  client.says(write(0, content(2), { cookie: 1 }), request({ type: FLUSH, cookie: 2 }));
  await client.hears(simpleReply(1), simpleReply(2));
  expect(calls).toEqual(['write 0+2', 'flush']);
});

test('C-238 a failed CACHE is an error reply and nothing more', async () => {
  const { driver } = recordingDriver({
    before: (call) => {
      if (call.startsWith('cache')) throw new DriverError('EIO', 'cannot');
    },
  });
  const { client } = await serving(driver);
  client.says(request({ type: CACHE, length: 8, cookie: 1 }));
  await client.hears(errorReply(1, ErrorCode.EIO));
  client.says(read(0, 2, 2));
  await client.hears(simpleReply(2, new Uint8Array(2)));
});
