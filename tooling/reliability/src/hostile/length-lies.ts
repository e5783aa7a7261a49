/** Conversations in which one length field says 4 GiB, or as much as it can: one for each field that there is. */
import { SCRATCH_EXPORT } from './hostile-server.ts';
import {
  CLIENT_FLAGS,
  extendedRequest,
  go,
  Option,
  option,
  optionHead,
  PAYLOAD_LEN,
  request,
  u16,
  u32,
} from './hostile-bytes.ts';

export interface LengthLie {
  /** Which field it is. */
  readonly field: string;
  readonly bytes: Uint8Array;
}

const HUGE = 0xffff_ffff;
const HUGE_LENGTHS: readonly bigint[] = [2n ** 32n - 1n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n];
const UNKNOWN = 99;
const COMMANDS: readonly number[] = [0, 1, 3, 4, 5, 6, 7, 8, UNKNOWN];
/** What comes behind: data for whoever believes that there is any. */
const MORE = Buffer.alloc(4096);
const NAME = Buffer.from(SCRATCH_EXPORT);

export const LENGTH_LIES: readonly LengthLie[] = [
  ...[...Object.entries(Option), ['an unknown option', UNKNOWN] as const].map(([name, number]) =>
    inHandshake(`the data of ${name}`, optionHead(number, HUGE)),
  ),
  ...(['INFO', 'GO'] as const).flatMap((name) => [
    inHandshake(`the name in ${name}`, option(Option[name], u32(HUGE), NAME, u16(0))),
    inHandshake(`the requests in ${name}`, option(Option[name], u32(0), u16(0xffff))),
  ]),
  ...(['LIST_META_CONTEXT', 'SET_META_CONTEXT'] as const).flatMap((name) => [
    inHandshake(`the name in ${name}`, inChunks(option(Option[name], u32(HUGE), NAME, u32(0)))),
    inHandshake(`the queries in ${name}`, inChunks(option(Option[name], u32(0), u32(HUGE)))),
    inHandshake(
      `a query in ${name}`,
      inChunks(option(Option[name], u32(0), u32(1), u32(HUGE), NAME)),
    ),
  ]),
  ...COMMANDS.map((type) =>
    inHandshake(
      `the length of command ${type}`,
      Buffer.concat([go(SCRATCH_EXPORT), request({ type, length: BigInt(HUGE) })]),
    ),
  ),
  ...COMMANDS.flatMap((type) =>
    [0, PAYLOAD_LEN].flatMap((flags) =>
      HUGE_LENGTHS.map((length) =>
        inHandshake(
          `the extended length ${length} of command ${type} with flags ${flags}`,
          Buffer.concat([
            option(Option.EXTENDED_HEADERS),
            go(SCRATCH_EXPORT),
            extendedRequest({ type, flags, length }),
          ]),
        ),
      ),
    ),
  ),
];

function inHandshake(field: string, bytes: Uint8Array): LengthLie {
  return { field, bytes: Buffer.concat([CLIENT_FLAGS, bytes, MORE]) };
}

function inChunks(bytes: Uint8Array): Buffer {
  return Buffer.concat([option(Option.STRUCTURED_REPLY), bytes]);
}
