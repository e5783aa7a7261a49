/** The map of the disk: a cell for each part, in rows, coloured by what was done with it. */
import { Part } from './watched-disk.ts';

const COLUMNS = 64;

export class BlockMap {
  readonly #canvas: HTMLCanvasElement;
  #cellCount = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Draws the parts, and says in words how much of the disk was read; answers the words. */
  show(parts: Uint8Array): string {
    const canvas = this.#canvas;
    const context = canvas.getContext('2d');
    if (parts.length !== this.#cellCount) {
      this.#cellCount = parts.length;
      canvas.width = Math.min(COLUMNS, Math.max(parts.length, 1));
      canvas.height = Math.max(1, Math.ceil(parts.length / COLUMNS));
    }
    const colours = this.#colours();
    for (const [i, part] of parts.entries()) {
      if (context === null) break;
      context.fillStyle = colours[part] ?? '';
      context.fillRect(i % COLUMNS, Math.floor(i / COLUMNS), 1, 1);
    }
    const words = wordsFor(parts);
    canvas.setAttribute('aria-label', words);
    return words;
  }

  /** By `Part`; those of the page, light or dark. */
  #colours(): readonly string[] {
    const style = getComputedStyle(this.#canvas);
    return ['--unread', '--read', '--written'].map((name) => style.getPropertyValue(name));
  }
}

function wordsFor(parts: Uint8Array): string {
  const touched = parts.filter((part) => part !== Part.UNTOUCHED).length;
  if (touched === 0) return 'Nothing was read.';
  const percent = Math.max(1, Math.floor((100 * touched) / parts.length));
  return `${percent} % of the disk was read or written.`;
}
