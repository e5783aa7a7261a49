/**
 * The form of the requests: compact, or extended once extended headers are agreed on.
 * Spec: proto.md, "Request message" and "Extended request message".
 *
 * Hot path.
 */
import {
  Command,
  CommandFlag,
  decodeExtendedRequest,
  decodeRequest,
  EXTENDED_REQUEST_BYTES,
  REQUEST_BYTES,
} from '@nbd/codec';
import { keepOffset } from './echoed-offset.ts';
import type { InFlight } from './in-flight.ts';

export interface RequestForm {
  readonly headerBytes: number;
  /**
   * Reads the header at `at`, and what it says of a payload.
   *
   * @throws WireError "bad-magic": a header of the other form, or none (C-170)
   */
  decode(view: DataView, at: number, target: InFlight): void;
}

/** A WRITE has a payload, whatever its flags; nothing else has. */
export const COMPACT_REQUESTS: RequestForm = {
  headerBytes: REQUEST_BYTES,
  decode(view, at, target) {
    decodeRequest(view, at, target);
    target.payloadBytes = target.type === Command.WRITE ? target.length : 0;
  },
};

/**
 * PAYLOAD_LEN says whether there is a payload. A WRITE without it is a mistake, but all who make it
 * send one (C-226).
 */
export const EXTENDED_REQUESTS: RequestForm = {
  headerBytes: EXTENDED_REQUEST_BYTES,
  decode(view, at, target) {
    decodeExtendedRequest(view, at, target);
    if (target.offset > Number.MAX_SAFE_INTEGER) keepOffset(view, at, target);
    const has = (target.flags & CommandFlag.PAYLOAD_LEN) !== 0 || target.type === Command.WRITE;
    target.payloadBytes = has ? target.length : 0;
  },
};
