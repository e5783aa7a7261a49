/** How a server that does as it should lets a client in, whatever way this one goes. */
import { Info, Option } from '@nbd/codec';
import { concat } from '../../../../packages/session/test/client-bytes.ts';
import {
  ack,
  exportInfo,
  exportNameReply,
  greeting,
  info,
  listed,
  metaContext,
} from '../../../../packages/session/test/server-bytes.ts';
import { WAY_OPTIONS } from './client-wishes.ts';
import { EXPORT_BYTES } from './server-messages.ts';

/** Every feature but READ_ONLY. */
const FLAGS = 0xfffd;

/** The greeting, and the answers to all that a way asks for. */
export function letIn(way: number): readonly Uint8Array[] {
  return [greeting(), ...(WAY_OPTIONS[way] ?? []).map(granted)];
}

/** All replies to an option, in one message. */
function granted(option: number): Uint8Array {
  switch (option) {
    case Option.LIST:
      return concat(listed(option, 'disk', 'of a test'), listed(option, 'other'), ack(option));
    case Option.EXPORT_NAME:
      return exportNameReply({ size: EXPORT_BYTES, transmissionFlags: FLAGS, zeroes: false });
    case Option.INFO:
    case Option.GO:
      return concat(
        info(option, { kind: 'name', name: 'disk' }),
        info(option, { kind: 'block-size', minimum: 1, preferred: 4096, payloadMax: 2 ** 25 }),
        info(option, { kind: 'unknown', info: Info.BLOCK_SIZE + 900, data: new Uint8Array(9) }),
        exportInfo(option, EXPORT_BYTES, FLAGS),
        ack(option),
      );
    case Option.LIST_META_CONTEXT:
      return concat(metaContext(option, 0, 'base:allocation'), ack(option));
    case Option.SET_META_CONTEXT:
      return concat(metaContext(option, 1, 'base:allocation'), ack(option));
    default:
      return ack(option);
  }
}
