/** A source of exports that counts how often each disk is opened and closed. */
import type { Awaitable, Driver, ExportSource, OpenExport } from '@nbd/driver';
import { recordingDriver } from './recording-driver.ts';

export interface CountingSource extends ExportSource {
  /** What happened, in order: "open NAME", "close NAME". */
  readonly log: string[];
}

export interface CountingOptions {
  readonly driver?: Driver;
  /** Waited for before an opening is answered. */
  readonly beforeOpen?: (name: string) => Awaitable<void>;
  /** Waited for before a closing is answered. */
  readonly beforeClose?: (name: string) => Awaitable<void>;
}

/** Every name is there but "none". */
export function countingSource({
  driver = recordingDriver().driver,
  beforeOpen = () => undefined,
  beforeClose = () => undefined,
}: CountingOptions = {}): CountingSource {
  const log: string[] = [];
  return {
    log,
    async open(name): Promise<OpenExport | undefined> {
      log.push(`open ${name}`);
      await beforeOpen(name);
      if (name === 'none') return undefined;
      return {
        name,
        driver,
        close() {
          log.push(`close ${name}`);
          return beforeClose(name);
        },
      };
    },
  };
}

/** A promise that a test settles when it likes. */
export interface Settled {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export function unsettled(): Settled {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((...both) => {
    [resolve, reject] = both;
  });
  return { promise, resolve, reject };
}
