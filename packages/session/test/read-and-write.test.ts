/** Spec: "NBD_CMD_READ", "NBD_CMD_WRITE". */
import { Command, CommandFlag, ErrorCode } from '@nbd/codec';
import { expect, test } from 'vitest';
import { concat, content, read, request, write } from './client-bytes.ts';
import { entered, factsOf } from './conversation.ts';
import { recordingDriver } from './recording-driver.ts';
import { serving } from './served-conversation.ts';
import { errorReply, simpleReply } from './server-bytes.ts';

const { EINVAL, EIO, ENOSPC, EPERM, ESHUTDOWN } = ErrorCode;

test('C-200 a READ is answered with a header and its data, an error with a header alone', async () => {
  const { driver, disk } = recordingDriver({
    before: (call) => {
      if (call === 'read 8+8') throw new Error('a bad sector');
    },
  });
  disk.set(content(64));
  const { client } = await serving(driver);
  client.says(read(0, 8, 1), read(8, 8, 2), read(16, 8, 3));
  const heard = await client.heard();
  const first = simpleReply(1, content(64).subarray(0, 8));
  const third = simpleReply(3, content(64).subarray(16, 24));
  expect(heard).toEqual(concat(first, third, errorReply(2, EIO)));
});

test('C-201 C-010 a READ that fails after it has begun to fill its place sends nothing of it', async () => {
  const { driver } = recordingDriver({
    facts: {
      read: async (target) => {
        target.fill(0xaa, 0, 4);
        throw new Error('half way');
      },
    },
  });
  const talk = await serving(driver);
  talk.client.says(read(0, 8, 1));
  await talk.client.hears(errorReply(1, EIO));
  await talk.ends();
});

test('C-224 a WRITE is answered when the driver has it, and not before', async () => {
  let written: (() => void) | undefined;
  const { driver, disk } = recordingDriver({
    before: () =>
      new Promise((resolve) => {
        written = resolve;
      }),
  });
  const { client } = await serving(driver);
  client.says(write(10, content(20)));
  await client.hears();
  written?.();
  await client.hears(simpleReply());
  expect(disk.subarray(10, 30)).toEqual(content(20));
});

const payload = content(100);
const refused: readonly (readonly [string, Uint8Array, number])[] = [
  ['out of range', write(65_536, payload), ENOSPC],
  ['with a flag that is not its own', write(0, payload, { flags: CommandFlag.NO_HOLE }), EINVAL],
  ['between blocks', write(1, content(512)), EINVAL],
  ['longer than the largest payload', write(0, content(8192)), EINVAL],
];

test.each(refused)(
  'C-220 C-221 a WRITE %s is answered when its payload has gone by, and the next request is heard',
  (_, said, error) => {
    const { client, host, pool } = entered(factsOf({ blockMinimum: 4, payloadMax: 4096 }));
    client.says(said.subarray(0, 28));
    client.hearsNothing();
    client.says(said.subarray(28, -1));
    client.hearsNothing();
    expect(pool.lentBytes, 'C-223: nothing is held for it').toBe(0);
    client.says(said.subarray(-1), read(0, 4, 2));
    client.hears(errorReply(1, error));
    host.isGiven({ type: Command.READ });
  },
);

test('C-220 C-283 a WRITE on a read-only export, and one during shutdown, lose their payload too', () => {
  const readOnly = entered(factsOf({ transmissionFlags: 3 }));
  readOnly.client.says(write(0, request({ type: Command.DISC })), read(0, 1));
  readOnly.client.hears(errorReply(1, EPERM));
  readOnly.host.isGiven({ type: Command.READ });

  const leaving = entered();
  leaving.host.shutsDown();
  leaving.client.says(write(0, request({ type: Command.DISC })), read(0, 1, 2));
  leaving.client.hears(errorReply(1, ESHUTDOWN), errorReply(2, ESHUTDOWN));
  leaving.host.isIdle();
});

test('C-221 a refused payload of 32 MiB is dropped, and the connection lives', () => {
  const { client, host, pool } = entered(factsOf({ size: 512 }));
  client.says(request({ type: Command.WRITE, length: 2 ** 25 }));
  const piece = new Uint8Array(2 ** 21);
  for (let sent = 0; sent < 2 ** 25; sent += piece.length) {
    client.hearsNothing();
    client.says(piece);
    expect(pool.lentBytes).toBe(0);
  }
  client.hears(errorReply(1, ENOSPC));
  host.isIdle();
});

test('C-222 a refused payload above the drain limit is answered, and ends the session', () => {
  const { client, host } = entered(factsOf(), { payloadDrainBytesMax: 1000 });
  client.says(
    write(65_536, content(1000)),
    request({ type: Command.WRITE, offset: 65_536, length: 1001, cookie: 2 }),
  );
  client.hears(errorReply(1, ENOSPC), errorReply(2, ENOSPC));
  host.hasEnded('payload-too-long');
});

test('C-223 S-09 E-01 the length of a WRITE that is out of range reserves nothing', () => {
  const { client, pool } = entered();
  client.says(request({ type: Command.WRITE, length: 2 ** 25 }));
  expect(pool.lentBytes).toBe(0);
});

test('C-005 C-225 a WRITE whose payload is cut off reaches no one', () => {
  for (const cut of [28, 29, 127]) {
    const { client, host, pool } = entered();
    client.says(write(0, payload).subarray(0, cut));
    client.leaves();
    host.hasEnded('closed-early');
    client.hearsNothing();
    expect(pool.lentBytes).toBe(0);
  }
});

test('C-212 E-01 a READ above the largest payload is EINVAL, at it it is lawful', () => {
  const { client, host } = entered(factsOf({ payloadMax: 4096 }));
  client.says(read(0, 4097, 1), read(0, 4096, 2));
  client.hears(errorReply(1, EINVAL));
  host.isGiven({ length: 4096 });
});

test('C-202 S-16 the data of a reply is as long as was asked, no more and no less', () => {
  const { client, host, session } = entered();
  client.says(read(0, 1000, 2));
  const lent = host.isGiven({ length: 1000 });
  const place = session.reserveData(lent);
  expect(place).toHaveLength(1000);
  place.set(content(1000));
  host.finishes(lent);
  client.hears(simpleReply(2, content(1000)));
});

test.each([CommandFlag.FUA, 0])('C-179 a READ with flags of %i is a READ', async (flags) => {
  const { driver, disk, calls } = recordingDriver();
  disk.set(content(9));
  const { client } = await serving(driver);
  client.says(request({ type: Command.READ, flags, length: 9 }));
  await client.hears(simpleReply(1, content(9)));
  expect(calls).toEqual(['read 0+9']);
});

test('C-003 a payload reaches the host whole however it was cut', () => {
  const said = write(3, content(5000), { cookie: 4 });
  for (const cut of [1, 27, 28, 29, 4096, 4124, 5027]) {
    const { client, host } = entered();
    client.says(said.subarray(0, cut));
    client.says(said.subarray(cut));
    expect(host.isGiven({ offset: 3, length: 5000 }).payload).toEqual(content(5000));
  }
});
