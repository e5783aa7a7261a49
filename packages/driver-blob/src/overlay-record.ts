/**
 * Keeps which bytes of an overlay were written, so that it is found again after a reload or a crash.
 *
 * There are two files, written in turn, so that one is whole whatever happens to the other:
 *
 *   at     size  field       meaning
 *    0        8  generation  grows; the larger of two whole records is the one
 *    8        8  count       N, of borders
 *   16      8*N  borders     in turn the first byte of a written run and the first behind it, ascending
 *   16+8*N    4  sum         of all bytes before it
 *
 * All numbers but the sum are 64-bit floats.
 */
import { type Awaitable, DriverError } from '@nbd/driver';
import { attempt, type SyncAccessHandle } from './sync-access-driver.ts';

export interface OverlayRecord {
  /** What was saved last: in turn the first byte of a written run and the first behind it, ascending. */
  readonly borders: readonly number[];
  /** Saves what has become of it. What is told here is on stable storage already. */
  save(borders: readonly number[]): Awaitable<void>;
  close(): Awaitable<void>;
}

const HEAD_BYTES = 16;
const SUM_BYTES = 4;
/** Of borders, which make 32 MiB. A record of more is none of ours, so no such is written. */
const COUNT_MAX = 2 ** 22;

interface Found {
  readonly generation: number;
  readonly borders: readonly number[];
}

/**
 * The record in these two files, which belong to it from now on. Files that hold no record, such as new ones,
 * say that nothing was written.
 *
 * @throws DOMException for a handle that cannot be read
 */
export function overlayRecord(files: readonly [SyncAccessHandle, SyncAccessHandle]): OverlayRecord {
  const [one, other] = [readRecord(files[0]), readRecord(files[1])];
  const last = one.generation > other.generation ? one : other;
  let { generation } = last;
  return {
    borders: last.borders,

    save(borders) {
      if (borders.length > COUNT_MAX) {
        throw new DriverError(
          'ENOSPC',
          `overlay: expected at most ${COUNT_MAX / 2} separate places that were written, found ${borders.length / 2}`,
        );
      }
      const next = generation + 1;
      const file = files[next % 2 === 0 ? 0 : 1];
      const bytes = encode(next, borders);
      const written = attempt('save', 0, () => file.write(bytes, { at: 0 }));
      if (written !== bytes.length) {
        throw new DriverError(
          'ENOSPC',
          `overlay: expected to save ${bytes.length} bytes, saved ${written}`,
        );
      }
      attempt('flush', 0, () => file.flush());
      generation = next;
    },

    close() {
      for (const file of files) file.close();
    },
  };
}

function encode(generation: number, borders: readonly number[]): Uint8Array<ArrayBuffer> {
  const sumAt = HEAD_BYTES + 8 * borders.length;
  const bytes = new Uint8Array(sumAt + SUM_BYTES);
  const view = new DataView(bytes.buffer);
  view.setFloat64(0, generation);
  view.setFloat64(8, borders.length);
  for (const [i, border] of borders.entries()) view.setFloat64(HEAD_BYTES + 8 * i, border);
  view.setUint32(sumAt, sumOf(bytes.subarray(0, sumAt)));
  return bytes;
}

const NOTHING: Found = { generation: 0, borders: [] };

/** `NOTHING` for a file that holds no record, or half of one. */
function readRecord(file: SyncAccessHandle): Found {
  const head = new Uint8Array(HEAD_BYTES);
  if (file.read(head, { at: 0 }) < HEAD_BYTES) return NOTHING;
  const count = new DataView(head.buffer).getFloat64(8);
  if (!Number.isInteger(count) || count < 0 || count > COUNT_MAX) return NOTHING;
  const sumAt = HEAD_BYTES + 8 * count;
  const bytes = new Uint8Array(sumAt + SUM_BYTES);
  if (file.read(bytes, { at: 0 }) < bytes.length) return NOTHING;
  const view = new DataView(bytes.buffer);
  if (view.getUint32(sumAt) !== sumOf(bytes.subarray(0, sumAt))) return NOTHING;
  const borders = Array.from({ length: count }, (_, i) => view.getFloat64(HEAD_BYTES + 8 * i));
  return { generation: view.getFloat64(0), borders };
}

/** FNV-1a, 32 bits. */
function sumOf(bytes: Uint8Array): number {
  let sum = 0x811c_9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x0100_0193);
  return sum >>> 0;
}
