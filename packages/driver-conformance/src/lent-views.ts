/**
 * The views that a driver has lent: whoever has one sees the disk change in its range, and nothing else. So none may
 * change, whatever has become of its range, but by a change of that, or to zeroes, as memory does that was freed.
 */
import type { Range } from './range.ts';

/** The first are kept, and of each its beginning, so that long sequences stay cheap. */
const VIEWS_MAX = 16;
const BYTES_MAX = 2048;

interface LentView {
  readonly bytes: Uint8Array;
  readonly offset: number;
  /** As it was when it was last looked at. */
  readonly known: Uint8Array;
}

export class LentViews {
  readonly #views: LentView[] = [];
  /** Of the disk, since `check` was last called. */
  #changes: Range[] = [];

  keep(view: Uint8Array, offset: number): void {
    if (this.#views.length === VIEWS_MAX) return;
    const bytes = view.subarray(0, BYTES_MAX);
    this.#views.push({ bytes, offset, known: new Uint8Array(bytes) });
  }

  /** The driver was asked to change the range. */
  mayChange(offset: number, length: number): void {
    this.#changes.push({ offset, length });
  }

  /** Throws if a view has changed where no change was asked for. */
  check(): void {
    const changes = this.#changes.splice(0);
    for (const { bytes, offset, known } of this.#views) {
      const isWrong = (byte: number, i: number) =>
        byte !== 0 && byte !== known[i] && !isIn(changes, offset + i);
      const wrong = bytes.findIndex(isWrong);
      if (wrong !== -1) {
        const [was, is] = [known[wrong], bytes[wrong]];
        throw new Error(
          `byte ${wrong} of the view of ${offset}: a change of another range has made it ${is}, which was ${was}`,
        );
      }
      known.set(bytes);
    }
  }
}

function isIn(ranges: readonly Range[], at: number): boolean {
  return ranges.some(({ offset, length }) => at >= offset && at < offset + length);
}
