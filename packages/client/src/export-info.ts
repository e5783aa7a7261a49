/** What a server tells of an export, in words. */
import { TransmissionFlag } from '@nbd/codec';
import type { ExportOffer } from '@nbd/session';

/** How requests and replies are framed. `extended` has 64-bit lengths, `simple` has no extents. */
export type Framing = 'simple' | 'structured' | 'extended';

/** Sizes of requests, in bytes. Spec: "Block size constraints". */
export interface BlockSize {
  /** A power of two: every offset and length is a multiple of it. */
  readonly minimum: number;
  /** Requests of this size are efficient. */
  readonly preferred: number;
  /** The largest READ or WRITE: longer ones are sent in pieces. */
  readonly payloadMax: number;
}

/** What may be asked of an export: its transmission flags in words. */
export interface Capabilities {
  readonly write: boolean;
  readonly flush: boolean;
  /** Changes may ask to be on stable storage before they are answered. */
  readonly fua: boolean;
  readonly trim: boolean;
  readonly zero: boolean;
  /** `zero` may be asked to fail rather than be slow. */
  readonly fastZero: boolean;
  readonly cache: boolean;
  readonly resize: boolean;
  /** A flush on one connection covers the changes of all, so several may carry the writes. */
  readonly multiConn: boolean;
}

/** How a connection is protected. */
export interface TlsFacts {
  /** Such as "TLSv1.3". */
  readonly protocol: string;
  /** The name of the cipher suite, as OpenSSL has it. */
  readonly cipher: string;
  /** Whether the server has proven who it is: by a verified certificate, or by the pre-shared key. */
  readonly verified: boolean;
  /** SHA-256 of the server's certificate, in hexadecimal with colons. Absent with a pre-shared key. */
  readonly fingerprint?: string;
}

/** An export in a list. */
export interface ExportListing {
  readonly name: string;
  /** One line for people, if the server has one. */
  readonly description?: string;
}

/** All that a server tells of an export. */
export interface ExportInfo extends ExportListing {
  /** Bytes. */
  readonly size: number;
  /** The disk seeks, says the server. */
  readonly rotational: boolean;
  readonly can: Capabilities;
  /** What the server has advertised; 1, 4096 and 32 MiB if it has not. */
  readonly blockSize: BlockSize;
  /** The names of its meta contexts: of a `Client` those selected, of `info` all that it tells of. */
  readonly contexts: readonly string[];
  readonly framing: Framing;
  /** Absent: the connection is in the clear. */
  readonly tls?: TlsFacts;
}

/** What the wire says when the server says nothing. */
const DEFAULT_BLOCK_SIZE: BlockSize = { minimum: 1, preferred: 4096, payloadMax: 32 * 2 ** 20 };

/** What a server has offered, under the terms that were agreed on. */
export function exportInfoOf(
  { name, description, size, transmissionFlags, blockSize }: ExportOffer,
  { framing, contexts, tls }: Terms,
): ExportInfo {
  return {
    name,
    ...(description === undefined || description === '' ? {} : { description }),
    size,
    rotational: (transmissionFlags & TransmissionFlag.ROTATIONAL) !== 0,
    can: capabilitiesOf(transmissionFlags),
    blockSize: blockSize ?? DEFAULT_BLOCK_SIZE,
    contexts,
    framing,
    ...(tls === undefined ? {} : { tls }),
  };
}

interface Terms {
  readonly framing: Framing;
  readonly contexts: readonly string[];
  readonly tls: TlsFacts | undefined;
}

function capabilitiesOf(flags: number): Capabilities {
  const has = (flag: TransmissionFlag): boolean => (flags & flag) !== 0;
  const write = !has(TransmissionFlag.READ_ONLY);
  return {
    write,
    flush: has(TransmissionFlag.SEND_FLUSH),
    fua: has(TransmissionFlag.SEND_FUA),
    trim: write && has(TransmissionFlag.SEND_TRIM),
    zero: write && has(TransmissionFlag.SEND_WRITE_ZEROES),
    fastZero: write && has(TransmissionFlag.SEND_FAST_ZERO),
    cache: has(TransmissionFlag.SEND_CACHE),
    resize: write && has(TransmissionFlag.SEND_RESIZE),
    multiConn: has(TransmissionFlag.CAN_MULTI_CONN),
  };
}
