/** What a copy has done so far, bytes. */
export interface CopyTally {
  /** Of the source, whatever became of them: those below, but for what is in flight. */
  done: number;
  /** Asked of the source. */
  read: number;
  /** Written as data. */
  written: number;
  /** Made zeroes without being sent. */
  zeroed: number;
  /** Zeroes that were there already. */
  skipped: number;
}
