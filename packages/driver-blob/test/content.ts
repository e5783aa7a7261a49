/** The content of test disks: bytes that tell where they stand. */

export function byteAt(offset: number): number {
  return (offset ^ (offset >>> 8) ^ (offset >>> 16)) & 0xff;
}

/** The bytes from `from` up to `to`. */
export function bytesAt(from: number, to: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: to - from }, (_, i) => byteAt(from + i));
}
