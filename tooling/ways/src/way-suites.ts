/**
 * Which suites of tests are run for which way between clients and servers. A suite reads the way from the environment variable
 * `NBD_WAY`, in the one file that starts its servers; a test about one transport stays with that.
 */
export interface WaySuites {
  /** The value of `NBD_WAY`. */
  readonly name: string;
  readonly about: string;
  /** Names of vitest projects. */
  readonly projects: readonly string[];
}

const OVER_SOCKETS = ['@nbd/server', '@nbd/client', 'nbd'];

export const WAY_SUITES: readonly WaySuites[] = [
  { name: 'tcp', about: 'TCP, in the clear', projects: OVER_SOCKETS },
  { name: 'unix', about: 'a Unix socket', projects: OVER_SOCKETS },
  { name: 'tls', about: 'TCP under TLS', projects: OVER_SOCKETS },
  { name: 'workers', about: 'two threads', projects: ['@nbd-tooling/interop', 'demo-server'] },
];
