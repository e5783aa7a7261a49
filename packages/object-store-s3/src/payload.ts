/** A body of several parts, as the headers of a request describe it. */
import { createHash } from 'node:crypto';

/** Says that the body is not part of the signature. */
const UNSIGNED = 'UNSIGNED-PAYLOAD';

export interface Payload {
  /** Lent until the call is over. */
  readonly parts: readonly Uint8Array[];
  /** Bytes of all parts. */
  readonly length: number;
  /** For the header `x-amz-content-sha256`. */
  readonly sha256: string;
}

export const NO_PAYLOAD: Payload = describePayload([], true);

/** Reads the parts only if they are to be signed. */
export function describePayload(parts: readonly Uint8Array[], isSigned: boolean): Payload {
  return {
    parts,
    length: parts.reduce((length, part) => length + part.length, 0),
    sha256: isSigned ? digest('sha256', parts, 'hex') : UNSIGNED,
  };
}

/** For the header Content-MD5. */
export function md5Of(payload: Payload): string {
  return digest('md5', payload.parts, 'base64');
}

function digest(name: string, parts: readonly Uint8Array[], encoding: 'base64' | 'hex'): string {
  const hash = createHash(name);
  for (const part of parts) hash.update(part);
  return hash.digest(encoding);
}
