/**
 * The terms on which a client has entered an export: what the handshake leaves to the transmission phase.
 * Spec: proto.md, "Transmission".
 */

/** The form of the replies, and with "extended" of the requests. */
export type ReplyMode = 'simple' | 'structured' | 'extended';

/** A map of the export that the client may ask for with BLOCK_STATUS. */
export interface MetaContext {
  /** As told to the client, unique among those selected. */
  readonly id: number;
  readonly name: string;
}

export interface Terms {
  readonly replyMode: ReplyMode;
  /** TransmissionFlag bits as this client was told them, SEND_DF and BLOCK_STATUS_PAYLOAD among them. */
  readonly transmissionFlags: number;
  /** Those selected for this very export; none: BLOCK_STATUS is refused (C-250). */
  readonly contexts: readonly MetaContext[];
}
