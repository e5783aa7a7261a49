/**
 * The simple form: one header, for everything, and the data of a successful READ right behind it.
 * Spec: proto.md, "Simple reply message".
 *
 * The request itself holds the fields of the header, so nothing is allocated.
 */
import { encodeSimpleReply, ErrorCode, SIMPLE_REPLY_BYTES } from '@nbd/codec';
import type { ReplyForm } from './reply-form.ts';

export const SIMPLE_REPLIES: ReplyForm = {
  dataHeadBytes: SIMPLE_REPLY_BYTES,
  doneBytes: SIMPLE_REPLY_BYTES,
  readTooLong: ErrorCode.EINVAL,
  chunks: undefined,
  measureError: () => SIMPLE_REPLY_BYTES,
  encodeDataHead: encodeSimpleReply,
  encodeDone: encodeSimpleReply,
  encodeError: encodeSimpleReply,
};
