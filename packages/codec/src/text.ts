/**
 * Strings on the wire: export names, descriptions, context names, queries and error texts.
 * Spec: "Conventions", "Values".
 *
 * UTF-8 without a terminator, without NUL, at most STRING_BYTES_MAX bytes. The length is always
 * carried by something else: a length field before it, or the end of the message.
 */
import { viewBytes } from './view-bytes.ts';
import { WireError } from './wire-error.ts';

// The two globals that every JavaScript engine with UTF-8 has, and `lib` without DOM does not know.
declare const TextEncoder: new () => {
  encodeInto(source: string, target: Uint8Array): { read: number; written: number };
};
declare const TextDecoder: new (
  label: 'utf-8',
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };

/** The longest string that may be sent or accepted, in bytes of UTF-8. */
export const STRING_BYTES_MAX = 4096;

const encoder = new TextEncoder();

// ignoreBOM keeps a leading U+FEFF in the string: a name must compare and encode as it was sent.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The size of `text` on the wire, in bytes.
 *
 * @throws RangeError if `text` cannot be sent: it has a NUL or a lone surrogate, or is longer than
 * STRING_BYTES_MAX. A lone surrogate is refused, not replaced, so that no name is sent as another.
 */
export function measureText(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i) ?? 0;
    if (point === 0) throw new RangeError(`a string must not contain NUL, found one at ${i}`);
    if (point >= 0xd800 && point <= 0xdfff) {
      throw new RangeError(`a string must be well-formed, found a lone surrogate at ${i}`);
    }
    if (point < 0x80) bytes += 1;
    else if (point < 0x800) bytes += 2;
    else if (point < 0x1_0000) bytes += 3;
    else {
      bytes += 4;
      i++; // the second half of the surrogate pair
    }
  }
  if (bytes > STRING_BYTES_MAX) {
    throw new RangeError(`a string must be at most ${STRING_BYTES_MAX} bytes, found ${bytes}`);
  }
  return bytes;
}

/**
 * Writes `text` at `at`, without a length, and answers the end of what it wrote.
 *
 * @throws RangeError as `measureText` does, and if the view is too short.
 */
export function encodeText(view: DataView, at: number, text: string): number {
  const length = measureText(text);
  encoder.encodeInto(text, viewBytes(view, at, length));
  return at + length;
}

/**
 * Reads all of `bytes` as one string. It serves by itself wherever a message is a string and
 * nothing else: the data of EXPORT_NAME, and the text of an option error reply.
 *
 * @throws WireError "bad-length" above STRING_BYTES_MAX; "bad-text" if it is not UTF-8 or has a NUL.
 */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length > STRING_BYTES_MAX) {
    throw new WireError(
      'bad-length',
      `a string must be at most ${STRING_BYTES_MAX} bytes, found ${bytes.length}`,
    );
  }
  if (bytes.includes(0)) throw new WireError('bad-text', 'a string must not contain NUL');
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new WireError('bad-text', 'a string must be UTF-8', { cause });
  }
}
