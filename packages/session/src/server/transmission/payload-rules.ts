/**
 * Which requests of the extended form have a payload, and what that of a BLOCK_STATUS says.
 * Spec: proto.md, "Extended request message" and "NBD_CMD_BLOCK_STATUS" (experimental).
 *
 *   command       PAYLOAD_LEN            its payload
 *   WRITE         must be set (C-226)    the data, may be empty
 *   BLOCK_STATUS  may be, if advertised  an effect length and the ids of contexts (C-262, C-263)
 *   any other     must not be (C-271)    none
 */
import { Command, CommandFlag, decodeBlockStatusFilter, TransmissionFlag } from '@nbd/codec';
import type { Fault } from './fault.ts';
import type { InFlight } from './in-flight.ts';
import type { MetaContext, Terms } from '../../agreement/terms.ts';

const EFFECT_LENGTH_BYTES = 8;
const CONTEXT_ID_BYTES = 4;

/** What is wrong with the payload of an extended request, as far as its header tells. */
export function checkPayload(
  { type, flags, payloadBytes }: InFlight,
  terms: Terms,
): Fault | undefined {
  const has = (flags & CommandFlag.PAYLOAD_LEN) !== 0;
  if (type === Command.WRITE) return has ? undefined : 'payload';
  if (!has) return undefined;
  if (payloadFlags(type, terms) === 0) return 'payload';
  const ids = (payloadBytes - EFFECT_LENGTH_BYTES) / CONTEXT_ID_BYTES;
  return Number.isInteger(ids) && ids >= 1 && ids <= terms.contexts.length ? undefined : 'filter';
}

/** PAYLOAD_LEN if a request of `type` may carry it, else 0. */
export function payloadFlags(type: number, { replyMode, transmissionFlags }: Terms): number {
  if (replyMode !== 'extended') return 0;
  if (type === Command.WRITE) return CommandFlag.PAYLOAD_LEN;
  const advertised = (transmissionFlags & TransmissionFlag.BLOCK_STATUS_PAYLOAD) !== 0;
  return type === Command.BLOCK_STATUS && advertised ? CommandFlag.PAYLOAD_LEN : 0;
}

/** Whether `request` still waits for a payload that belongs to its header. */
export function hasFilter({ type, payloadBytes }: InFlight): boolean {
  return type === Command.BLOCK_STATUS && payloadBytes > 0;
}

/**
 * Takes over what the payload of a BLOCK_STATUS says: from here on the request is like one that was
 * sent without. Answers what is wrong with it.
 */
export function applyFilter(
  request: InFlight,
  payload: Uint8Array,
  contexts: readonly MetaContext[],
): Fault | undefined {
  const { effectLength, contextIds } = decodeBlockStatusFilter(payload);
  request.flags &= ~CommandFlag.PAYLOAD_LEN;
  request.length = effectLength;
  request.contexts = contexts.filter(({ id }) => contextIds.includes(id));
  // Ids that are unknown or said twice leave fewer contexts than ids.
  return request.contexts.length === contextIds.length ? undefined : 'filter';
}
