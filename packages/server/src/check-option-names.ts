import type { ServeOptions } from './serve.ts';

const NAMES: { readonly [Name in keyof Required<ServeOptions>]: true } = {
  listen: true,
  exports: true,
  source: true,
  exportName: true,
  tls: true,
  maxConnections: true,
  handshakeTimeout: true,
  shutdownTimeout: true,
  limits: true,
  socketMode: true,
  log: true,
  metrics: true,
  reads: true,
  eager: true,
};

/**
 * A program without types may misspell an option, and without the one that was meant serve in the clear, say.
 *
 * @throws TypeError that names those that there are
 */
export function checkOptionNames(options: ServeOptions): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(NAMES, name)) continue;
    const known = Object.keys(NAMES).join(', ');
    throw new TypeError(`there is no option ${JSON.stringify(name)}, expected one of ${known}`);
  }
}
