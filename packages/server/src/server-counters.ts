/** What was served so far. */
export interface ServerCounters {
  readonly connections: {
    readonly open: number;
    readonly total: number;
    /** Turned away: at a limit, or while the server was closing. */
    readonly refused: number;
  };
  /** Requests that reached a disk, by command, such as `READ`. */
  readonly requests: Readonly<Record<string, number>>;
  readonly failures: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}
