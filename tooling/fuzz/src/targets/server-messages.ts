/** What servers say to clients: right, nearly right, and with numbers from the edges. */
import {
  ChunkType,
  encodeOldstyleGreeting,
  ErrorCode,
  OLDSTYLE_GREETING_BYTES,
  Option,
  OptionReply,
} from '@nbd/codec';
import { content, text, written } from '../../../../packages/session/test/client-bytes.ts';
import {
  chunk,
  type Cookie,
  data,
  error,
  errorAt,
  extendedChunk,
  hole,
  NONE,
  type Payload,
  simple,
  status,
  statusExt,
} from '../../../../packages/session/test/client/reply-bytes.ts';
import {
  ack,
  exportInfo,
  exportNameReply,
  greeting,
  info,
  listed,
  metaContext,
  optionReply,
} from '../../../../packages/session/test/server-bytes.ts';
import type { Chance } from '../chance.ts';

/** The size of the export, bytes. */
export const EXPORT_BYTES = 4096;

const NAMES = ['disk', '', 'other', 'base:allocation', 'x-test:map', 'x'.repeat(200)];
const OPTIONS = Object.values(Option);
const OPTION_REPLIES = [...Object.values(OptionReply), 0x8000_0000, 0x8000_1234];
const SIZES = [EXPORT_BYTES, 0, 1, 2 ** 32, 2 ** 53 - 1];
const FLAGS = [0xffff, 0xfffd, 1, 0, 0x7fff];
const BLOCKS = [0, 1, 2, 3, 512, 4096, 65_536, 2 ** 20, 2 ** 25, 2 ** 32 - 1];
const NUMBERS = [0, 1, 2, 7, 300, 511, 512, 1024, 4095, 4096, 4097, 2 ** 32 - 1];
const CODES = [...Object.values(ErrorCode), 3, 2 ** 32 - 1];

/** A message in any phase of a conversation. */
export function serverMessage(chance: Chance): Uint8Array {
  return chance.oneIn(2) ? haggle(chance) : reply(chance);
}

function haggle(chance: Chance): Uint8Array {
  const option = chance.pick(OPTIONS);
  const name = chance.pick(NAMES);
  switch (chance.below(10)) {
    case 0:
      return greeting();
    case 1:
      return oldstyleGreeting(chance);
    case 2:
      return optionReply(option, chance.pick(OPTION_REPLIES), chance.bytes(chance.small(60)));
    case 3:
      return optionReply(option, chance.pick(OPTION_REPLIES), text('no, said the server'));
    case 4:
      return listed(option, name, chance.pick(NAMES));
    case 5:
      return metaContext(option, chance.below(4), name === '' ? 'base:allocation' : name);
    case 6:
      return exportInfo(option, chance.pick(SIZES), chance.pick(FLAGS));
    case 7:
      return info(option, {
        kind: 'block-size',
        minimum: chance.pick(BLOCKS),
        preferred: chance.pick(BLOCKS),
        payloadMax: chance.pick(BLOCKS),
      });
    case 8:
      return exportNameReply({
        size: chance.pick(SIZES),
        transmissionFlags: chance.pick(FLAGS),
        zeroes: chance.oneIn(2),
      });
    default:
      return ack(option);
  }
}

function oldstyleGreeting(chance: Chance): Uint8Array {
  const fields = {
    size: chance.pick(SIZES),
    transmissionFlags: chance.pick(FLAGS),
    handshakeFlags: 0,
  };
  return written(OLDSTYLE_GREETING_BYTES, (view) => encodeOldstyleGreeting(view, 0, fields));
}

function reply(chance: Chance): Uint8Array {
  const cookie: Cookie = {
    cookieHigh: chance.below(2),
    cookieLow: chance.below(12),
    offset: chance.pick(NUMBERS),
  };
  if (chance.oneIn(3)) {
    const code = chance.oneIn(2) ? 0 : chance.pick(CODES);
    return simple(cookie, code, content(code === 0 ? chance.small(600) : 0));
  }
  const form = chance.oneIn(2) ? chunk : extendedChunk;
  return form(cookie, payload(chance), chance.below(2));
}

function payload(chance: Chance): Payload {
  const offset = chance.pick(NUMBERS);
  const extents = Array.from({ length: 1 + chance.small(4) }, () => ({
    length: 1 + chance.below(2048),
    flags: chance.below(4),
  }));
  switch (chance.below(8)) {
    case 0:
      return NONE;
    case 1:
      return data(offset, content(chance.small(600)));
    case 2:
      return hole(offset, Math.max(1, chance.pick(NUMBERS)));
    case 3:
      return status(1 + chance.below(2), ...extents);
    case 4:
      return statusExt(1 + chance.below(2), ...extents);
    case 5:
      return error(chance.pick(CODES), 'no');
    case 6:
      return errorAt(chance.pick(CODES), offset, 'not there');
    default:
      return {
        type: chance.pick([...Object.values(ChunkType), 9, 0x8009]),
        bytes: chance.bytes(chance.small(40)),
      };
  }
}
