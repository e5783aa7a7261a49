/**
 * Which chunks may answer which requests, and how long they may be: checked before there is memory for them (K-024,
 * K-028).
 * Spec: proto.md, "Structured reply types".
 *
 *   chunk             length      answers
 *   NONE              0           any request; it is the last
 *   OFFSET_DATA       9 and more  READ, not longer than that
 *   OFFSET_HOLE       12          READ
 *   BLOCK_STATUS      (checked with its extents)  BLOCK_STATUS, structured form
 *   BLOCK_STATUS_EXT  (the same)  BLOCK_STATUS, extended form
 *   ERROR             6 and more  any request
 *   ERROR_OFFSET      14 and more any request
 *   other errors      6 and more  any request
 */
import {
  ChunkType,
  Command,
  OFFSET_DATA_HEAD_BYTES,
  OFFSET_HOLE_BYTES,
  ReplyFlag,
  spellChunkType,
  spellCommand,
  type StructuredChunkHeader,
} from '@nbd/codec';
import { Violation } from '../violation.ts';
import type { ClientRequest } from './client-request.ts';

/** Chunks of this type or a higher one tell errors. */
const ERROR_CHUNK_BIT = 0x8000;

const ERROR_BYTES_MIN = 6;
const ERROR_OFFSET_BYTES_MIN = 14;
/** The longest message that its length field can count, and as much for a tail that is not known yet. */
const ERROR_BYTES_MAX = 128 * 1024;

/** @throws Violation if `head` cannot be a chunk of the reply to `request` */
export function checkChunk(
  head: StructuredChunkHeader,
  request: ClientRequest,
  isExtended: boolean,
): void {
  const { type, flags } = head;
  switch (type) {
    case ChunkType.NONE:
      if ((flags & ReplyFlag.DONE) === 0) {
        throw new Violation('bad-chunk', 'NONE: expected it to be the last chunk of its reply');
      }
      expectLength(head, 0, 0);
      return;
    case ChunkType.OFFSET_DATA:
      expectAnswer(head, request, Command.READ);
      expectLength(head, OFFSET_DATA_HEAD_BYTES + 1, OFFSET_DATA_HEAD_BYTES + request.length);
      return;
    case ChunkType.OFFSET_HOLE:
      expectAnswer(head, request, Command.READ);
      expectLength(head, OFFSET_HOLE_BYTES, OFFSET_HOLE_BYTES);
      return;
    case ChunkType.BLOCK_STATUS:
    case ChunkType.BLOCK_STATUS_EXT:
      expectAnswer(head, request, Command.BLOCK_STATUS);
      if ((type === ChunkType.BLOCK_STATUS_EXT) !== isExtended) failType(head, request);
      return;
    default:
      if (type < ERROR_CHUNK_BIT) failType(head, request);
      expectLength(
        head,
        type === ChunkType.ERROR_OFFSET ? ERROR_OFFSET_BYTES_MIN : ERROR_BYTES_MIN,
        ERROR_BYTES_MAX,
      );
  }
}

function expectAnswer(head: StructuredChunkHeader, request: ClientRequest, type: Command): void {
  if (request.type !== type) failType(head, request);
}

function expectLength({ type, length }: StructuredChunkHeader, min: number, max: number): void {
  if (length < min) {
    throw new Violation(
      'bad-chunk',
      `${spellChunkType(type)}: expected at least ${min} bytes, found ${length}`,
    );
  }
  if (length > max) {
    throw new Violation(
      'chunk-too-long',
      `${spellChunkType(type)}: expected at most ${max} bytes, found ${length}`,
    );
  }
}

function failType({ type }: StructuredChunkHeader, request: ClientRequest): never {
  throw new Violation(
    'bad-chunk',
    `expected a chunk of a reply to ${spellCommand(request.type)}, found ${spellChunkType(type)}`,
  );
}
