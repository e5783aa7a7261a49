/** A progress bar: one line of a terminal, written over and over. */
import { spellBytes } from '../byte-count.ts';

export interface Progress {
  /** Bytes. */
  readonly done: number;
  /** Undefined if nobody knows. */
  readonly total: number | undefined;
  /** Since the start. */
  readonly seconds: number;
}

/** The line for a moment, at most `columns` wide. */
export function progressLine({ done, total, seconds }: Progress, columns: number): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const speed = `${spellBytes(Math.round(rate))}/s`;
  if (total === undefined) return `${spellBytes(done)}  ${speed}`.slice(0, columns);
  const share = total === 0 ? 1 : done / total;
  const left = rate > 0 ? `${spellSeconds((total - done) / rate)} left` : '';
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const text = `${spellBytes(done)} of ${spellBytes(total)}  ${speed}  ${left}`.trimEnd();
  const barColumns = Math.min(40, columns - percent.length - text.length - 5);
  if (barColumns < 5) return `${percent}  ${text}`.slice(0, columns);
  const full = Math.floor(share * barColumns);
  return `${percent} [${'#'.repeat(full)}${'.'.repeat(barColumns - full)}]  ${text}`;
}

/** "9 s", "4 min 05 s", "2 h 07 min". */
export function spellSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes === 0) return `${whole} s`;
  if (minutes < 60) return `${minutes} min ${pair(whole % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${pair(minutes % 60)} min`;
}

const REDRAW_MILLIS = 200;
const USUAL_COLUMNS = 80;

/**
 * Shows what `now` answers, again and again, until the function that is returned is called, which
 * leaves the line empty; a second call does nothing.
 */
export function showProgressBar(terminal: Terminal, now: () => Progress): () => void {
  const draw = (): void => {
    const { columns = 0 } = terminal;
    terminal.write(
      `\r${progressLine(now(), (columns > 0 ? columns : USUAL_COLUMNS) - 1)}${CLEAR_REST}`,
    );
  };
  const timer = setInterval(draw, REDRAW_MILLIS);
  let shown = true;
  draw();
  return () => {
    if (shown) terminal.write(`\r${CLEAR_REST}`);
    shown = false;
    clearInterval(timer);
  };
}

export interface Terminal {
  write(text: string): unknown;
  /** Absent or 0: the terminal does not say. */
  readonly columns?: number;
}

/** ECMA-48: erase from the cursor to the end of the line. */
const CLEAR_REST = '\u001b[K';

function pair(count: number): string {
  return String(count).padStart(2, '0');
}
