/** Spec: "Transmission", "Request message", "Simple reply message". */
import { Command, CommandFlag, ErrorCode, TransmissionFlag } from '@nbd/codec';
import { expect, test } from 'vitest';
import { content, disconnect, read, request, withOffset, write } from './client-bytes.ts';
import { ALL_FLAGS, entered, factsOf } from './conversation.ts';
import { errorReply, simpleReply } from './server-bytes.ts';

const { EINVAL, ENOSPC, EPERM, OK } = ErrorCode;
const EXTENDED_MAGIC = 0x21e4_1c71;

test.each([0, EXTENDED_MAGIC, 0x2560_9512])(
  'C-170 S-13 a request with the magic %i ends the session without a reply',
  (magic) => {
    const { client, host } = entered();
    const bad = write(0, content(4));
    new DataView(bad.buffer).setUint32(0, magic);
    client.says(bad);
    host.hasEnded('bad-magic');
    client.hearsNothing();
  },
);

test.each([
  [0, 0],
  [-1, -1],
  [0x7fff_ffff, -0x8000_0000],
  [-0x8000_0000, 1],
])(
  'C-171 the cookie %i %i comes back to the bit, with data and with an error',
  (cookieHigh, cookieLow) => {
    const { client, host } = entered();
    client.says(
      request({ type: Command.FLUSH, cookieHigh, cookieLow }),
      request({ type: 99, cookieHigh, cookieLow }),
    );
    host.finishes(host.isGiven({ cookieHigh, cookieLow }));
    client.hears(errorReply(cookieLow, EINVAL, cookieHigh), errorReply(cookieLow, OK, cookieHigh));
  },
);

test('C-171 C-172 requests under one cookie are answered one by one, in the order of the answers', () => {
  const { client, host } = entered();
  client.says(read(0, 1, 7), read(1, 1, 7), read(2, 1, 7));
  const [first, second, third] = [0, 1, 2].map((offset) => host.isGiven({ offset }));
  host.finishes(third!, Uint8Array.of(3));
  host.finishes(first!, Uint8Array.of(1));
  host.fails(second!, ErrorCode.EIO);
  client.hears(
    simpleReply(7, Uint8Array.of(3)),
    simpleReply(7, Uint8Array.of(1)),
    errorReply(7, ErrorCode.EIO),
  );
});

test.each([9, 42, 0x7fff, 0xffff])(
  'C-177 command %i is unknown: EINVAL, its length is no payload, and the next request is heard',
  (type) => {
    const { client, host } = entered();
    client.says(request({ type, length: 1000, cookie: 5 }), read(0, 1));
    client.hears(errorReply(5, EINVAL));
    host.isGiven({ type: Command.READ });
  },
);

const COMMANDS = [
  Command.READ,
  Command.WRITE,
  Command.FLUSH,
  Command.TRIM,
  Command.CACHE,
  Command.WRITE_ZEROES,
];

/** The flags that each command may carry when everything but structured replies is there. */
const LAWFUL: Readonly<Record<number, number>> = {
  [Command.WRITE_ZEROES]: CommandFlag.FUA | CommandFlag.NO_HOLE | CommandFlag.FAST_ZERO,
};

test.each(COMMANDS)(
  'C-178 C-179 C-211 C-270 S-23 E-28 command %i carries its own flags and no other',
  (type) => {
    for (let bit = 0; bit < 16; bit++) {
      const flags = 2 ** bit;
      const length = type === Command.FLUSH ? 0 : 1;
      const { client, host } = entered();
      client.says(request({ type, flags, length, cookie: 3 }), new Uint8Array(type === 1 ? 1 : 0));
      if ((flags & (LAWFUL[type] ?? CommandFlag.FUA)) === 0) {
        client.hears(errorReply(3, EINVAL));
        host.isIdle();
      } else {
        host.isGiven({ type, flags });
      }
    }
  },
);

test('C-179 FUA that is not advertised is EINVAL on every command', () => {
  const { client } = entered(
    factsOf({ transmissionFlags: ALL_FLAGS & ~TransmissionFlag.SEND_FUA }),
  );
  for (const type of COMMANDS) {
    client.says(request({ type, flags: CommandFlag.FUA, cookie: type }));
    client.hears(errorReply(type, EINVAL));
  }
});

test.each([
  [Command.FLUSH, TransmissionFlag.SEND_FLUSH],
  [Command.TRIM, TransmissionFlag.SEND_TRIM],
  [Command.CACHE, TransmissionFlag.SEND_CACHE],
  [Command.WRITE_ZEROES, TransmissionFlag.SEND_WRITE_ZEROES],
  [Command.RESIZE, TransmissionFlag.SEND_RESIZE],
])(
  'C-180 C-240 S-22 S-24 S-46 command %i without its flag is EINVAL, also without a length',
  (type, needs) => {
    const { client, host } = entered(factsOf({ transmissionFlags: ALL_FLAGS & ~needs }));
    for (const length of [0, 1]) {
      client.says(request({ type, length, cookie: 4 }));
      client.hears(errorReply(4, EINVAL));
    }
    host.isIdle();
  },
);

test.each([
  [Command.READ, EINVAL],
  [Command.WRITE, ENOSPC],
  [Command.TRIM, EINVAL],
  [Command.CACHE, EINVAL],
  [Command.WRITE_ZEROES, ENOSPC],
  [Command.BLOCK_STATUS, EINVAL],
])(
  'C-181 C-182 S-11 S-12 E-37 E-54 command %i past the end is error %i, and never reaches the host',
  (type, error) => {
    const { client, host } = entered();
    for (const offset of [65_536n, 65_537n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
      const payload = new Uint8Array(type === Command.WRITE ? 1 : 0);
      client.says(withOffset(request({ type, length: 1, cookie: 9 }), offset), payload);
      client.hears(errorReply(9, error));
    }
    host.isIdle();
  },
);

test('C-181 C-185 no bytes at the end are lawful, and no byte behind it', () => {
  const { client } = entered();
  client.says(read(65_536, 0, 1), read(65_537, 0, 2), read(65_536, 1, 3));
  client.hears(simpleReply(1), errorReply(2, EINVAL), errorReply(3, EINVAL));
});

test('C-185 C-200 requests of no bytes are done, without the host', () => {
  const { client, host } = entered();
  for (const type of [0, 1, 4, 5, 6]) {
    client.says(request({ type, offset: 100, cookie: type }));
    client.hears(simpleReply(type));
  }
  client.says(request({ type: Command.BLOCK_STATUS, cookie: 7 }));
  client.hears(errorReply(7, EINVAL));
  host.isIdle();
});

test.each([1, 4, 6, 8])(
  'C-184 command %i on a read-only export is EPERM, whatever else is wrong',
  (type) => {
    const { client, host } = entered(factsOf({ transmissionFlags: 3 }));
    client.says(
      request({ type, flags: 0xffff, offset: 2 ** 40, length: 5, cookie: 2 }),
      new Uint8Array(type === 1 ? 5 : 0),
    );
    client.hears(errorReply(2, EPERM));
    host.isIdle();
  },
);

test('C-184 S-21 FLUSH is lawful on a read-only export', () => {
  const { client, host } = entered(factsOf({ transmissionFlags: 7 }));
  client.says(request({ type: Command.FLUSH }));
  host.finishes(host.isGiven({ type: Command.FLUSH }));
  client.hears(simpleReply());
});

test('C-250 S-26 BLOCK_STATUS without a meta context is EINVAL', () => {
  const { client, host } = entered();
  client.says(request({ type: Command.BLOCK_STATUS, length: 512, cookie: 6 }));
  client.hears(errorReply(6, EINVAL));
  host.isIdle();
});

test.each([
  [1, 0],
  [0, 1],
  [512, 512],
])('C-231 FLUSH with offset %i and length %i is EINVAL', (offset, length) => {
  const { client } = entered();
  client.says(request({ type: Command.FLUSH, offset, length }));
  client.hears(errorReply(1, EINVAL));
});

test('C-183 C-132 an offset or length between blocks is EINVAL for each command that has them', () => {
  const { client, host } = entered(factsOf({ blockMinimum: 512 }));
  for (const type of [0, 1, 4, 5, 6]) {
    for (const [offset, length] of [
      [1, 512],
      [512, 1],
      [0, 511],
      [513, 0],
    ] as const) {
      client.says(
        request({ type, offset, length, cookie: type }),
        new Uint8Array(type === 1 ? length : 0),
      );
      client.hears(errorReply(type, EINVAL));
    }
  }
  host.isIdle();
});

test('C-280 C-281 S-45 DISC is heard whatever stands in it, what comes behind it is not, and what is lent is still answered', () => {
  const { client, host } = entered();
  client.says(read(0, 2, 8));
  const lent = host.isGiven({ length: 2 });
  client.says(
    withOffset(request({ type: Command.DISC, flags: 0xffff, length: 0xffff_ffff }), 2n ** 64n - 1n),
    read(0, 1),
  );
  host.hasEnded('disconnected');
  client.hearsNothing();
  host.finishes(lent, content(2));
  client.hears(simpleReply(8, content(2)));
});

test('C-004 C-005 the end of the stream between requests is quiet, inside one it is early', () => {
  const whole = entered();
  whole.client.leaves();
  whole.host.hasEnded('closed');
  const cut = entered();
  cut.client.says(disconnect().subarray(0, 27));
  cut.client.leaves();
  cut.host.hasEnded('closed-early');
});

test('C-007 a client that has shut its half still gets the replies to all that it said', () => {
  const { client, host, session } = entered(factsOf(), { inFlightMax: 1 });
  client.says(read(0, 1, 1), read(1, 1, 2));
  client.leaves();
  host.finishes(host.isGiven({ offset: 0 }), Uint8Array.of(1));
  host.finishes(host.isGiven({ offset: 1 }), Uint8Array.of(2));
  client.hears(simpleReply(1, Uint8Array.of(1)), simpleReply(2, Uint8Array.of(2)));
  host.hasEnded('closed');
  expect(session.inFlight).toBe(0);
});
