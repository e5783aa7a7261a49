/**
 * The texts that clients are shown: names and descriptions of exports.
 * Spec: proto.md, "Values" (strings).
 */

/** No string of the protocol is longer, in bytes of UTF-8. */
const TEXT_BYTES_MAX = 4096;

/** Throws a `TypeError` that begins with `what` unless `text` can be sent to a client. */
export function checkExportText(what: string, text: string): void {
  let bytes = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (codePoint === 0) throw new TypeError(`${what}: expected no NUL, found one`);
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) {
      throw new TypeError(`${what}: expected whole characters, found half of a surrogate pair`);
    }
    bytes += utf8Bytes(codePoint);
  }
  if (bytes > TEXT_BYTES_MAX) {
    throw new TypeError(
      `${what}: expected at most ${TEXT_BYTES_MAX} bytes of UTF-8, found ${bytes}`,
    );
  }
}

function utf8Bytes(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x1_0000 ? 3 : 4;
}
