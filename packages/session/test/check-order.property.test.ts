/** The order of the checks (C-186), against the list in protocol order, one rule after the other. */
import { Command, CommandFlag, ErrorCode, TransmissionFlag } from '@nbd/codec';
import fc from 'fast-check';
import { test } from 'vitest';
import { request, withOffset } from './client-bytes.ts';
import { ALL_FLAGS, entered, factsOf } from './conversation.ts';
import { propertyRuns } from './property-runs.ts';
import { errorReply, simpleReply } from './server-bytes.ts';

const { EINVAL, ENOSPC, EPERM } = ErrorCode;
const PAYLOAD_MAX = 4096;
const SIZE = 65_536n;

interface Drawn {
  readonly type: number;
  readonly flags: number;
  readonly offset: bigint;
  readonly length: number;
  readonly advertised: number;
  readonly block: number;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  type: fc.constantFrom(0, 1, 3, 4, 5, 6, 7, 8, 9, 300),
  flags: fc.oneof(fc.constantFrom(0, 0, 1, 2, 4, 8, 16, 32), fc.integer({ min: 0, max: 0xffff })),
  offset: fc.oneof(
    fc.constantFrom(0n, 512n, SIZE - 512n, SIZE, 2n ** 53n, 2n ** 64n - 1n, 2n ** 64n - 512n),
    fc.bigInt({ min: 0n, max: SIZE }),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  ),
  length: fc.constantFrom(0, 1, 512, 4096, 4097, 8192, 65_537),
  advertised: fc.oneof(
    fc.constant(ALL_FLAGS),
    fc.integer({ min: 0, max: 0xfff }).map((flags) => flags & ~TransmissionFlag.SEND_DF),
  ),
  block: fc.constantFrom(1, 512),
});

const WRITES: ReadonlySet<number> = new Set([1, 4, 6, 8]);
const RANGED: ReadonlySet<number> = new Set([0, 1, 4, 5, 6, 7]);
const KNOWN: ReadonlySet<number> = new Set([0, 1, 3, 4, 5, 6, 7, 8]);
const NEEDS: Readonly<Record<number, number>> = {
  [Command.FLUSH]: TransmissionFlag.SEND_FLUSH,
  [Command.TRIM]: TransmissionFlag.SEND_TRIM,
  [Command.CACHE]: TransmissionFlag.SEND_CACHE,
  [Command.WRITE_ZEROES]: TransmissionFlag.SEND_WRITE_ZEROES,
  [Command.RESIZE]: TransmissionFlag.SEND_RESIZE,
};

/** Each fault a request can have, in the order in which it is to be found. */
const faults: readonly ((drawn: Drawn) => number | false)[] = [
  ({ type }) => !KNOWN.has(type) && EINVAL,
  ({ type, advertised }) =>
    WRITES.has(type) && (advertised & TransmissionFlag.READ_ONLY) !== 0 && EPERM,
  ({ type, offset, length }) =>
    RANGED.has(type) &&
    offset + BigInt(length) > SIZE &&
    (type === Command.WRITE || type === Command.WRITE_ZEROES ? ENOSPC : EINVAL),
  (drawnRequest) => (drawnRequest.flags & ~lawfulFlags(drawnRequest)) !== 0 && EINVAL,
  ({ type, advertised }) => (advertised & (NEEDS[type] ?? 0)) !== (NEEDS[type] ?? 0) && EINVAL,
  // Only a RESIZE gets here with an offset that is not exact, and then it is too large anyway.
  ({ offset, length, block }) => (Number(offset) % block !== 0 || length % block !== 0) && EINVAL,
  ({ type, length }) => (type === 0 || type === 1) && length > PAYLOAD_MAX && EINVAL,
  ({ type, offset, length }) => type === 3 && (offset !== 0n || length !== 0) && EINVAL,
  ({ type }) => type === Command.BLOCK_STATUS && EINVAL,
  ({ type, length }) => type === Command.RESIZE && length !== 0 && EINVAL,
  ({ type, offset }) => type === Command.RESIZE && offset > 2n ** 53n - 1n && ENOSPC,
];

function lawfulFlags({ type, advertised }: Drawn): number {
  let flags = (advertised & TransmissionFlag.SEND_FUA) === 0 ? 0 : CommandFlag.FUA;
  if (type === Command.BLOCK_STATUS) flags |= CommandFlag.REQ_ONE;
  if (type !== Command.WRITE_ZEROES) return flags;
  flags |= CommandFlag.NO_HOLE;
  if ((advertised & TransmissionFlag.SEND_FAST_ZERO) !== 0) flags |= CommandFlag.FAST_ZERO;
  return flags;
}

test('C-178 C-181 C-186 C-236 a request with several faults gets the error of the first, and its payload is dropped', () => {
  fc.assert(
    fc.property(drawn, (request_) => {
      const { type, flags, offset, length, advertised, block } = request_;
      const { client, host } = entered(
        factsOf({ transmissionFlags: advertised, blockMinimum: block, payloadMax: PAYLOAD_MAX }),
      );
      const head = withOffset(request({ type, flags, length, cookie: 5 }), offset);
      client.says(head, new Uint8Array(type === Command.WRITE ? length : 0));
      const error = faults.map((fault) => fault(request_)).find((code) => code !== false);
      if (error !== undefined) {
        client.hears(errorReply(5, error));
        host.isIdle();
      } else if (length === 0 && type !== Command.FLUSH && type !== Command.RESIZE) {
        client.hears(simpleReply(5));
        host.isIdle();
      } else {
        host.isGiven({ type, flags, length, offset: Number(offset) });
        client.hearsNothing();
      }
      client.says(request({ type: 99, cookie: 6 }));
      client.hears(errorReply(6, EINVAL));
    }),
    propertyRuns(1500),
  );
});

test('C-181 bounds hold without overflow for every offset, length and size', () => {
  const edge = fc.bigInt({ min: -3n, max: 3n });
  const near = (max: bigint) =>
    fc
      .tuple(
        fc.constantFrom(0n, 2n ** 31n, 2n ** 32n, 2n ** 52n, 2n ** 53n, 2n ** 63n, 2n ** 64n),
        edge,
      )
      .map(([base, off]) => clamp(base + off, max));
  fc.assert(
    fc.property(
      fc.oneof(near(2n ** 64n - 1n), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
      fc.oneof(near(2n ** 32n - 1n), fc.bigInt({ min: 0n, max: 2n ** 32n - 1n })),
      near(2n ** 53n - 1n),
      (offset, length, size) => {
        const { client, host } = entered(factsOf({ size: Number(size) }));
        client.says(withOffset(request({ type: Command.TRIM, length: Number(length) }), offset));
        if (offset + length > size) client.hears(errorReply(1, EINVAL));
        else if (length === 0n) client.hears(simpleReply(1));
        else host.isGiven({ offset: Number(offset), length: Number(length) });
      },
    ),
    propertyRuns(500),
  );
});

function clamp(value: bigint, max: bigint): bigint {
  if (value < 0n) return 0n;
  return value > max ? max : value;
}
