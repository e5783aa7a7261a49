/**
 * The signals that end the program. There is nothing that a SIGHUP could reload, so it is one of them.
 */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type StopSignal = (typeof STOP_SIGNALS)[number];

/** Resolves with the first signal; each one after it goes to `again`. From this call on none of them kills. */
export function firstStopSignal(again: (signal: StopSignal) => void): Promise<StopSignal> {
  return new Promise((resolve) => {
    let stopping = false;
    for (const signal of STOP_SIGNALS) {
      process.on(signal, () => {
        if (stopping) again(signal);
        stopping = true;
        resolve(signal);
      });
    }
  });
}
