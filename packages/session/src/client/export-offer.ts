/**
 * What a server says of an export, with what is unlawful or meaningless in it taken out.
 * Spec: proto.md, "Transmission flags" and "Block size constraints".
 */
import type { MetaContext, ReplyMode } from '../agreement/terms.ts';

/** In bytes, and sane: powers of two, minimum <= preferred <= payloadMax (K-017). */
export interface BlockSize {
  /** Offsets and lengths must be multiples of it. */
  readonly minimum: number;
  readonly preferred: number;
  /** The largest READ or WRITE; 0xffffffff: no fixed limit. */
  readonly payloadMax: number;
}

/** An export as the server describes it. */
export interface ExportOffer {
  /** The server's own name for it if it told one, else the name that was asked for. */
  readonly name: string;
  /** For a person, as the server sent it; undefined: it told none. */
  readonly description: string | undefined;
  /** Bytes; above 2^53 - 1 it is not exact, and the export cannot be entered (K-016). */
  readonly size: number;
  /**
   * TransmissionFlag bits, without those that are unknown, or mean nothing beside the others and the reply
   * mode (K-015).
   */
  readonly transmissionFlags: number;
  /** Undefined: the server told none, or none that makes sense (K-017). */
  readonly blockSize: BlockSize | undefined;
}

/** The export that requests go to. */
export interface EnteredExport extends ExportOffer {
  /** Bytes; a RESIZE that succeeds changes it. */
  size: number;
  readonly replyMode: ReplyMode;
  /** What BLOCK_STATUS reports on; none: it cannot be asked for (K-030). */
  readonly contexts: readonly MetaContext[];
}
