/**
 * Pre-shared keys: a file of lines `NAME:KEY`, as `psktool` writes it and as QEMU, libnbd and nbdkit read it.
 *
 *   NAME   as it is, or `#` and its UTF-8 in hexadecimal, as GnuTLS writes names with a colon, say
 *   KEY    hexadecimal, behind the last colon
 *
 * Empty lines, and others that begin with `#`, count for nothing.
 */
import { isUtf8 } from 'node:buffer';

const LINE = /^(.+):([0-9a-f]+)\s*$/i;
const HEX_NAME = /^#((?:[0-9a-f]{2})+)$/i;
const COMMENT = /^#(?!(?:[0-9a-f]{2})+:)/i;

/** Names that every implementation of TLS can carry, bytes. Spec: RFC 4279, section 5.3. */
const NAME_BYTES_MAX = 128;
/** Keys likewise. */
const KEY_BYTES_MAX = 64;

/**
 * Reads the text of such a file.
 *
 * @throws Error in one line that begins with `place` and the number of the line, and never tells a key
 */
export function parseKeys(text: string, place: string): ReadonlyMap<string, Uint8Array> {
  const keys = new Map<string, Uint8Array>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || COMMENT.test(line)) continue;
    const where = `${place}:${index + 1}`;
    const [, written = '', hex = ''] = LINE.exec(line) ?? [];
    const name = nameOf(written);
    if (name === '') throw new Error(`${where}: expected NAME:KEY, the key in hexadecimal`);
    if (hex.length % 2 === 1) {
      throw new Error(`${where}: expected an even number of hexadecimal digits, found an odd one`);
    }
    if (keys.has(name)) throw new Error(`${where}: ${JSON.stringify(name)} is there twice`);
    keys.set(name, new Uint8Array(Buffer.from(hex, 'hex')));
  }
  return checkKeys(keys, place);
}

/** Empty if it is no UTF-8, which no client can say. */
function nameOf(written: string): string {
  const hex = HEX_NAME.exec(written)?.[1];
  if (hex === undefined) return written;
  const bytes = Buffer.from(hex, 'hex');
  return isUtf8(bytes) ? bytes.toString() : '';
}

/** Answers `keys` if TLS can use them; else throws an `Error` that begins with `place`. */
export function checkKeys(
  keys: ReadonlyMap<string, Uint8Array>,
  place: string,
): ReadonlyMap<string, Uint8Array> {
  if (keys.size === 0) throw new Error(`${place}: expected a key, found none`);
  for (const [name, key] of keys) {
    const bytes = Buffer.byteLength(name);
    if (bytes === 0 || bytes > NAME_BYTES_MAX) {
      throw new Error(`${place}: a name may be ${NAME_BYTES_MAX} bytes long, found ${bytes}`);
    }
    if (key.length === 0 || key.length > KEY_BYTES_MAX) {
      throw new Error(
        `${place}: the key of ${JSON.stringify(name)} may be ${KEY_BYTES_MAX} bytes long, found ${key.length}`,
      );
    }
  }
  return keys;
}
