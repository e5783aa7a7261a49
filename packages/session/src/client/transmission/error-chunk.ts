/**
 * Error chunks (K-027).
 * Spec: proto.md, "NBD_REPLY_TYPE_ERROR" and "NBD_REPLY_TYPE_ERROR_OFFSET".
 */
import {
  ChunkType,
  decodeErrorChunk,
  decodeErrorOffsetChunk,
  ErrorCode,
  WireError,
} from '@nbd/codec';
import { cleanText } from '../server-text.ts';
import { type ClientFailure, refused } from './client-failure.ts';
import type { ClientRequest } from './client-request.ts';

/**
 * Reads the payload of an error chunk. Types that are unknown begin like the others.
 *
 * @throws WireError if its lengths contradict each other
 */
export function readErrorChunk(
  type: number,
  payload: Uint8Array,
  request: ClientRequest,
): ClientFailure {
  try {
    if (type !== ChunkType.ERROR_OFFSET) {
      const { error, message } = decodeErrorChunk(payload);
      return { ...refused(error), text: cleanText(message) };
    }
    const { error, message, offset } = decodeErrorOffsetChunk(payload);
    const isInside = offset >= request.offset && offset - request.offset < request.length;
    return {
      ...refused(error),
      text: cleanText(message),
      offset: isInside ? offset : undefined,
    };
  } catch (error) {
    // That the words cannot be read does not make the request less failed, nor the stream less sound.
    if (error instanceof WireError && error.code === 'bad-text') return refused(ErrorCode.EINVAL);
    throw error;
  }
}
