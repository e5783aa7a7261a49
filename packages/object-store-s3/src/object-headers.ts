/** What the headers of an object say of it, in requests and in answers. */
import { bareEtag } from './etag-form.ts';
import type { Answer } from './exchange.ts';

/** Metadata of ours: the CRC-32 of an object, as eight hexadecimal digits. */
const CRC32 = 'x-amz-meta-crc32';

export function crc32Header(crc32: number): Readonly<Record<string, string>> {
  return { [CRC32]: (crc32 >>> 0).toString(16).padStart(8, '0') };
}

/** Undefined: there is none that is ours. */
export function crc32In({ headers }: Answer): number | undefined {
  const text = headers[CRC32];
  return typeof text === 'string' && /^[0-9a-f]{8}$/.test(text)
    ? Number.parseInt(text, 16)
    : undefined;
}

/** Without quotes. Undefined: there is none. */
export function etagIn({ headers }: Answer): string | undefined {
  const { etag } = headers;
  return typeof etag === 'string' && etag !== '' ? bareEtag(etag) : undefined;
}

export interface ByteRange {
  readonly offset: number;
  /** At least 1. */
  readonly length: number;
}

/** Throws a `RangeError` for what no request can ask for. */
export function rangeHeader({ offset, length }: ByteRange): Readonly<Record<string, string>> {
  const last = offset + length - 1;
  if (Number.isSafeInteger(last) && offset >= 0 && length >= 1) {
    return { range: `bytes=${offset}-${last}` };
  }
  throw new RangeError(`a range must be at least one byte, not ${length} at ${offset}`);
}

/** Why the answer is not of the range, in words, or undefined if it is. */
export function rangeMismatch(
  { status, headers, body }: Answer,
  { offset, length }: ByteRange,
): string | undefined {
  if (status !== 206) return `expected a part of the object, found status ${status}`;
  const found = headers['content-range'];
  const last = offset + body.length - 1;
  if (typeof found !== 'string' || !found.startsWith(`bytes ${offset}-${last}/`)) {
    return `expected bytes from ${offset} on, found others`;
  }
  return body.length === length
    ? undefined
    : `expected ${length} bytes at ${offset}, found ${body.length}`;
}
