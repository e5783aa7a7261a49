/**
 * A pack: small changes of several chunks in one object, so that a flush of many of them is one request. It lies over
 * those versions of its chunks that are older than it. Numbers begin with their low byte.
 *
 * | at     | size  | field                                          |
 * | ------ | ----- | ---------------------------------------------- |
 * | 0      | 4     | how many changes there are, n                  |
 * | 4      | 13 n  | for each: the chunk (4), where in it (4), how many bytes (4), 1 if they are zeroes, otherwise 0 (1) |
 * | 4 + 13 n |     | the bytes of those that are not zeroes, in order |
 */
import { VolumeError } from '../volume-error.ts';

const COUNT_BYTES = 4;
const RECORD_BYTES = 13;

/** A part of a chunk as it became. */
export interface Change {
  readonly chunk: number;
  /** Bytes from the start of the chunk. */
  readonly from: number;
  readonly length: number;
  /** Undefined: zeroes. */
  readonly bytes: Uint8Array | undefined;
}

/** Bytes of the pack of these changes. */
export function packBytes(changes: readonly Change[]): number {
  const start = bytesStart(changes.length);
  return changes.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), start);
}

/** A copy of what the changes are now. */
export function encodePack(changes: readonly Change[]): Uint8Array {
  const start = bytesStart(changes.length);
  const body = new Uint8Array(packBytes(changes));
  const view = new DataView(body.buffer);
  view.setUint32(0, changes.length, true);
  let at = COUNT_BYTES;
  let bytesAt = start;
  for (const { chunk, from, length, bytes } of changes) {
    view.setUint32(at, chunk, true);
    view.setUint32(at + 4, from, true);
    view.setUint32(at + 8, length, true);
    view.setUint8(at + 12, bytes === undefined ? 1 : 0);
    at += RECORD_BYTES;
    if (bytes === undefined) continue;
    body.set(bytes, bytesAt);
    bytesAt += bytes.length;
  }
  return body;
}

function bytesStart(count: number): number {
  return COUNT_BYTES + RECORD_BYTES * count;
}

/**
 * The changes, whose bytes are parts of `body`. Throws a `VolumeError` "damaged" when it is no pack of chunks of
 * `chunkBytes` bytes.
 */
export function decodePack(body: Uint8Array, chunkBytes: number, where: string): readonly Change[] {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const fault = () => new VolumeError('damaged', `${where}: expected a pack of changes`);
  if (body.length < COUNT_BYTES) throw fault();
  const count = view.getUint32(0, true);
  let bytesAt = bytesStart(count);
  if (bytesAt > body.length) throw fault();
  const changes: Change[] = [];
  for (let i = 0; i < count; i++) {
    const at = COUNT_BYTES + RECORD_BYTES * i;
    const from = view.getUint32(at + 4, true);
    const length = view.getUint32(at + 8, true);
    if (from + length > chunkBytes) throw fault();
    const isZeroes = view.getUint8(at + 12) === 1;
    const end = bytesAt + (isZeroes ? 0 : length);
    if (end > body.length) throw fault();
    const bytes = isZeroes ? undefined : body.subarray(bytesAt, end);
    changes.push({ chunk: view.getUint32(at, true), from, length, bytes });
    bytesAt = end;
  }
  if (bytesAt !== body.length) throw fault();
  return changes;
}
