/**
 * Signals: those that end the program, and the one that has it read its certificates anew.
 */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export type StopSignal = (typeof STOP_SIGNALS)[number] | 'SIGHUP';

export interface StopSignalOptions {
  /** Called for each SIGHUP. Absent: there is nothing to reload, so it ends the program. */
  readonly reload?: (() => void) | undefined;
  /** Called for each signal to stop after the first. */
  readonly again: (signal: StopSignal) => void;
}

/** Resolves with the first signal to stop. From this call on no signal kills. */
export function firstStopSignal({ reload, again }: StopSignalOptions): Promise<StopSignal> {
  return new Promise((resolve) => {
    let stopping = false;
    const stop = (signal: StopSignal): void => {
      if (stopping) again(signal);
      stopping = true;
      resolve(signal);
    };
    for (const signal of STOP_SIGNALS) process.on(signal, stop);
    process.on('SIGHUP', reload ?? (() => stop('SIGHUP')));
  });
}
