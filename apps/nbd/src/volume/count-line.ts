/** A line of a terminal that says how far something is, written over and over. */
import type { StandardStreams } from '../standard-streams.ts';

export interface CountLine {
  readonly show: (text: string) => void;
  /** Leaves the line empty. */
  readonly hide: () => void;
}

/** Shows nothing where nobody looks, or nobody wants it. */
export function showCount(terminal: StandardStreams['stderr'], wanted: boolean): CountLine {
  if (!wanted || terminal.isTTY !== true) return { show: ignore, hide: ignore };
  let last = -REDRAW_MILLIS;
  return {
    show(text) {
      const now = performance.now();
      if (now - last < REDRAW_MILLIS) return;
      last = now;
      terminal.write(`\r${text}${CLEAR_REST}`);
    },
    hide() {
      terminal.write(`\r${CLEAR_REST}`);
    },
  };
}

const REDRAW_MILLIS = 100;

/** ECMA-48: erase from the cursor to the end of the line. */
const CLEAR_REST = '\u001b[K';

function ignore(): void {}
