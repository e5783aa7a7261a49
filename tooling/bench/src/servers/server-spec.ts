/**
 * What is measured: which server, and over what.
 */
export type Transport = 'unix' | 'tcp';

/** One `--server`. */
export interface ServerSpec {
  /** As given, with the processor: `nbdkit-file@1`. Unique in a run. */
  readonly name: string;
  /** The preset to take the command from, unless `command` is there. */
  readonly preset: string;
  /** The template of a command line. */
  readonly command: string | undefined;
  /** The processor that the server is pinned to. */
  readonly processor: string | undefined;
}
