/** The endpoints of a store, one of which is in use. */
import { Pool } from 'undici';
import type { BucketAddress } from './bucket-address.ts';

/** How long a connection may take to come about, in milliseconds. */
const CONNECT_MILLIS = 5000;

/** How long an idle one is kept: longer than it is from one renewal of a lease to the next. */
const IDLE_MILLIS = 15_000;

export interface Endpoint {
  readonly address: BucketAddress;
  readonly pool: Pool;
}

export class EndpointRing {
  readonly #endpoints: readonly Endpoint[];
  #index = 0;

  /** `addresses` are at least one. */
  constructor(addresses: readonly BucketAddress[], connections: number) {
    this.#endpoints = addresses.map((address) => ({
      address,
      pool: new Pool(address.origin, {
        connections,
        pipelining: 1,
        keepAliveTimeout: IDLE_MILLIS,
        // Deadlines are of whole exchanges, and kept elsewhere.
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: { timeout: CONNECT_MILLIS },
      }),
    }));
  }

  current(): Endpoint {
    return this.#endpoints[this.#index] as Endpoint;
  }

  /** The next one is in use from now on, unless another request has found out before. */
  leave(failed: Endpoint): void {
    if (failed === this.current()) this.#index = (this.#index + 1) % this.#endpoints.length;
  }

  async close(): Promise<void> {
    await Promise.all(this.#endpoints.map(({ pool }) => pool.destroy()));
  }
}
