/** The demo server under attack. */
import { WatchedServer } from '../servers/watched-server.ts';

/** Of a request, bytes: what each connection may hold in any case is this and little more. */
export const PAYLOAD_BYTES_MAX: number = 2 ** 20;

/** What the healthy client reads, each 8 bytes of which are their own offset. */
export const PATTERN_EXPORT = 'pattern';
export const PATTERN_BYTES: number = 2 ** 30;
/** What the others do as they like with. It is the default export. */
export const SCRATCH_EXPORT = 'scratch';

export interface HostileServerOptions {
  readonly maxConnections: number;
  /** Seconds. */
  readonly handshakeTimeout: number;
  readonly workers: number;
}

/** @throws Error with what it wrote, if it does not come up */
export async function startHostileServer(options: HostileServerOptions): Promise<WatchedServer> {
  const { maxConnections, handshakeTimeout, workers } = options;
  return WatchedServer.start({
    args: [
      `--workers=${workers}`,
      `--max-connections=${maxConnections}`,
      `--handshake-timeout=${handshakeTimeout}`,
      `--limit=payloadBytesMax=${PAYLOAD_BYTES_MAX}`,
      `--export=${SCRATCH_EXPORT}=memory:16M`,
      `--export=${PATTERN_EXPORT}=pattern:${PATTERN_BYTES}`,
    ],
  });
}
