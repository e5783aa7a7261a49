/** What clients say to servers: right, nearly right, and with numbers from the edges. */
import {
  Command,
  CommandFlag,
  encodeBlockStatusFilter,
  Info,
  measureBlockStatusFilter,
  Option,
} from '@nbd/codec';
import type { ReplyMode } from '@nbd/session';
import {
  agreement,
  clientFlags,
  concat,
  content,
  contextsOption,
  exportNameOption,
  extendedRequest,
  go,
  infoOption,
  option,
  optionHead,
  requestIn,
  withOffset,
  written,
} from '../../../../packages/session/test/client-bytes.ts';
import type { Chance } from '../chance.ts';
import type { Input } from '../input.ts';

/** The size of the disks that clients are let at, bytes. */
export const DISK_BYTES = 65_536;
/** The size of the disk `large`: a READ of nearly all of it is answered in pieces. */
export const LARGE_BYTES: number = 640 * 1024;

const MODES = ['simple', 'structured', 'extended'] as const satisfies readonly ReplyMode[];
const NAMES = [
  '',
  'disk',
  'late',
  'large',
  'broken',
  'denied',
  'nowhere',
  'ä\u{1f4be}',
  'x'.repeat(300),
];
const QUERIES = [
  'base:allocation',
  'base:',
  'x-test:map',
  'x-test:',
  'qemu:',
  ':',
  '',
  'base:allocation:',
];
const OPTIONS = [...Object.values(Option), 0, 4, 99, 0xffff_ffff];
const COMMANDS = [0, 0, 0, 1, 1, 1, 2, 3, 4, 5, 6, 6, 7, 7, 8, 9, 65_535];
const OFFSETS = [
  0,
  1,
  511,
  512,
  4096,
  DISK_BYTES - 512,
  DISK_BYTES - 1,
  DISK_BYTES,
  DISK_BYTES + 1,
  LARGE_BYTES - 512,
];
const LENGTHS = [
  0,
  1,
  2,
  511,
  512,
  513,
  4096,
  DISK_BYTES,
  DISK_BYTES + 1,
  LARGE_BYTES - 4096,
  2 ** 24,
  2 ** 32 - 1,
];

/** A message in either phase of a conversation. */
export function clientMessage(chance: Chance): Uint8Array {
  return chance.oneIn(3) ? haggle(chance) : ask(chance, chance.pick(MODES), chance.below(256));
}

/** After flags of a client that are not known there is nothing more. */
export function clientOpening(): readonly Uint8Array[] {
  return [clientFlags(3)];
}

/** For each form of replies, conversations in which everything is asked for. */
export function clientSeeds(): readonly Input[] {
  return MODES.flatMap((mode) => [
    { choices: Uint8Array.of(0, 7, 90, 3), messages: conversation(mode, 'disk') },
    { choices: Uint8Array.of(1, 200, 31, 64, 5), messages: conversation(mode, 'late') },
    { choices: Uint8Array.of(2, 100, 31, 6), messages: conversation(mode, 'large') },
    { choices: Uint8Array.of(5, 52, 90), messages: underTls(conversation(mode, 'disk')) },
  ]);
}

function conversation(mode: ReplyMode, name: string): readonly Uint8Array[] {
  const contexts = mode === 'simple' ? [] : ['base:allocation', 'x-test:map'];
  const commands = [1, 0, 7, 6, 4, 5, 3, 8, 0, 2];
  return [
    clientFlags(3),
    option(Option.LIST),
    infoOption(Option.INFO, name, Info.BLOCK_SIZE),
    agreement(mode, name, ...contexts),
    go(name, Info.NAME),
    ...commands.map((type, cookie) => simplyAsk(mode, name, type, cookie)),
  ];
}

/** Asks for TLS behind the flags. */
function underTls(messages: readonly Uint8Array[]): readonly Uint8Array[] {
  return messages.toSpliced(1, 0, option(Option.STARTTLS));
}

/** A lawful request of that type; READs of `large` are as long as can be. */
function simplyAsk(mode: ReplyMode, name: string, type: number, cookie: number): Uint8Array {
  if (type === Command.WRITE) {
    return requestIn(mode, { type, cookie, offset: 512, payload: content(1024) });
  }
  if (type === Command.RESIZE) return requestIn(mode, { type, cookie, offset: DISK_BYTES });
  const hasRange = type !== Command.FLUSH && type !== Command.DISC;
  if (type === Command.READ && name === 'large') {
    return requestIn(mode, { type, cookie, offset: 0, length: LARGE_BYTES });
  }
  return requestIn(mode, { type, cookie, offset: 0, length: hasRange ? 2048 : 0 });
}

function haggle(chance: Chance): Uint8Array {
  const name = chance.pick(NAMES);
  const queries = Array.from({ length: chance.small(5) }, () => chance.pick(QUERIES));
  switch (chance.below(9)) {
    case 0:
      return clientFlags(chance.pick([0, 1, 2, 3, 3, 3, 4, 7]));
    case 1:
      return option(chance.pick(OPTIONS), chance.bytes(chance.small(80)));
    case 2:
      return optionHead(chance.pick(OPTIONS), chance.pick(LENGTHS));
    case 3:
      return infoOption(Option.INFO, name, ...chance.bytes(chance.small(5)));
    case 4:
      return go(name, ...chance.bytes(chance.small(5)));
    case 5:
      return contextsOption(Option.LIST_META_CONTEXT, name, ...queries);
    case 6:
      return contextsOption(Option.SET_META_CONTEXT, name, ...queries);
    case 7:
      return chance.oneIn(8) ? exportNameOption(name) : option(chance.pick(OPTIONS));
    default:
      return agreement(chance.pick(MODES), name, ...queries.slice(0, 2));
  }
}

function ask(chance: Chance, mode: ReplyMode, cookie: number): Uint8Array {
  const type = chance.pick(COMMANDS);
  const flags = chance.oneIn(3) ? 1 << chance.below(7) : 0;
  const length = chance.oneIn(2) ? chance.pick(LENGTHS) : 512 * chance.small(64);
  const offset = offsetFor(length, chance);
  if (type === Command.BLOCK_STATUS && mode === 'extended' && chance.oneIn(2)) {
    return filtered(chance, cookie, offset);
  }
  const payload = content(chance.oneIn(4) ? chance.small(700) : 512 * chance.small(4), cookie);
  const asked = requestIn(mode, { type, flags, cookie, offset, length, payload });
  return chance.oneIn(20) ? withOffset(asked, 2n ** 64n - BigInt(1 + chance.small(4096))) : asked;
}

/** Anywhere, or so that the request ends at the end of the disk, or a byte before or behind it. */
function offsetFor(length: number, chance: Chance): number {
  if (chance.oneIn(3)) return chance.pick(OFFSETS);
  if (chance.oneIn(3)) return Math.max(0, DISK_BYTES - length + chance.below(3) - 1);
  return 512 * chance.below(DISK_BYTES / 512);
}

/** A BLOCK_STATUS with a payload. */
function filtered(chance: Chance, cookie: number, offset: number): Uint8Array {
  const contextIds = [...chance.bytes(chance.small(4))].map((id) => id % 4);
  const filter = { effectLength: chance.pick(LENGTHS), contextIds };
  const length = measureBlockStatusFilter(filter);
  const flags = CommandFlag.PAYLOAD_LEN;
  return concat(
    extendedRequest({ type: Command.BLOCK_STATUS, cookie, offset, flags, length }),
    written(length, (view) => encodeBlockStatusFilter(view, 0, filter)),
  );
}
