/** Holds what a client has read against what the server told it. */
import { Command, encodeOptionReplyHeader, Option, OptionReply } from '@nbd/codec';
import { written } from '../../../../packages/session/test/client-bytes.ts';
import type { ClientPlay } from './client-play.ts';
import { toldContents } from './told-content.ts';

const OPTION_REPLY_HEADER_BYTES = 20;
/** Behind it come replies to requests. */
const GO_GRANTED = Buffer.from(
  written(OPTION_REPLY_HEADER_BYTES, (view) =>
    encodeOptionReplyHeader(view, 0, { option: Option.GO, type: OptionReply.ACK, length: 0 }),
  ),
);

/**
 * A READ that was done has each byte of it once told, by a reply that is whole (K-023, K-025); one that failed has no byte
 * that was not told (K-026). `messages` are all that the server said.
 *
 * @throws Error if not
 */
export function checkData({ told, asked }: ClientPlay, messages: readonly Uint8Array[]): void {
  const mode = told.find((event) => event.kind === 'entered')?.entered.replyMode;
  if (asked === undefined || mode === undefined) return;
  const heard = messages.slice(asked.heardMessages);
  const start = grantIn(heard[0] ?? new Uint8Array(0));
  if (start === undefined) return;
  const contents = toldContents(Buffer.concat(heard).subarray(start), {
    requests: asked.facts,
    mode,
    askedAt: (heard[0]?.length ?? 0) - start,
  });
  for (const event of told) {
    if (event.kind !== 'answered' || event.type !== Command.READ) continue;
    const tag = event.tag as number;
    const target = asked.memory[tag]?.target ?? new Uint8Array(0);
    const content = contents[tag];
    if (content === undefined) continue;
    if (event.failure === undefined && !content.isWhole) {
      throw new Error('data: a READ is done, of which not each byte was told once');
    }
    const isExact = event.failure === undefined;
    if (!target.every((byte, i) => byte === content.bytes[i] || (byte === 0 && !isExact))) {
      throw new Error('data: a READ has bytes that were not told');
    }
  }
}

/** Where the grant of the export ends in a message; undefined if that cannot be told. */
function grantIn(message: Uint8Array): number | undefined {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.length);
  const at = bytes.indexOf(GO_GRANTED);
  return at === -1 || bytes.lastIndexOf(GO_GRANTED) !== at ? undefined : at + GO_GRANTED.length;
}
