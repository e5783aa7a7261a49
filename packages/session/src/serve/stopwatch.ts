/**
 * What measures how long requests take, for hosts that want to know. The session has no clock: it tells a
 * stopwatch when things happen, and knows nothing of what becomes of it.
 *
 *   turnBegins   begins  diskEnds  answered ...  sends  sent   ...   turnEnds   diskEnds  answered   turnBegins ...
 *                what a disk answers at once                                    what it answers later
 *
 * Hot path: called for each request. It must neither throw nor allocate.
 */
import type { InFlight } from '../server/transmission/in-flight.ts';

/** Told when things happen, so that it can time them. Its methods must neither throw nor allocate. */
export interface Stopwatch {
  /** A turn begins: requests are about to be taken and given to the disk. */
  turnBegins(): void;
  /** The request is given to the disk, all of it unless it is a long READ. */
  begins(request: InFlight): void;
  /** The disk has the next part of a long READ, and has had none. */
  diskBegins(request: InFlight): void;
  /** The disk has answered; of a long READ, all that it was given. */
  diskEnds(request: InFlight): void;
  /** The reply, or the end of it, is made. `bytes`: what was read or changed; none if it failed. */
  answered(request: InFlight, bytes: number): void;
  /** The replies that are made are about to be handed to the channel. */
  sends(): void;
  /** They are handed over. */
  sent(): void;
  /** A turn ends. `isBehind`: the peer must take its replies before it is served on. */
  turnEnds(isBehind: boolean): void;
}
