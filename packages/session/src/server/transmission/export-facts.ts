/**
 * What a client is told of an export, and what its requests are checked against. Decided once when the
 * export is opened; only the size may change afterwards, by RESIZE.
 * Spec: proto.md, "Transmission flags" and "Block size constraints".
 */
export interface ExportFacts {
  /** The canonical name. */
  readonly name: string;
  readonly description: string | undefined;
  /** Bytes. */
  size: number;
  /** TransmissionFlag bits. */
  readonly transmissionFlags: number;
  /** Offsets and lengths must be multiples of it, bytes. */
  readonly blockMinimum: number;
  readonly blockPreferred: number;
  /** The largest READ or WRITE, bytes. */
  readonly payloadMax: number;
}
