/** What the page and the worker that serves say to each other. */

/** What becomes of what the machine writes. */
export type Changes = 'none' | 'memory' | 'kept';

export interface Insertion {
  readonly kind: 'insert';
  readonly file: File;
  readonly endpoint: string;
  readonly token: string;
  readonly changes: Changes;
}

export type Order = Insertion | { readonly kind: 'pause' | 'resume' | 'eject' };

export interface Progress {
  readonly kind: 'progress';
  /** Bytes, since it was inserted. */
  readonly readBytes: number;
  readonly writtenBytes: number;
  /** What was done with each of the parts of the disk, which are of one size but for the last: see `Part`. */
  readonly parts: Uint8Array;
}

export type News =
  | Progress
  | { readonly kind: 'inserted' | 'entered' | 'left' | 'unreadable' | 'unwritable' }
  /** It is over. `words`: why it has never begun, or was no good end. */
  | { readonly kind: 'over'; readonly code: number; readonly words?: string };
