/** Who asks to be let in, and what the host answers. */
import type { IncomingMessage } from 'node:http';
import type { CloseStatus } from '@nbd/websocket';

/** The service is full, or the address is taken: come back later. RFC 6455's registry, 1013. */
export const TRY_LATER = 1013;

/** A page that has dialled. Its origin has been found right already. */
export interface Visitor {
  /** The bearer token that it offers, as `bearerProtocols` of `@nbd/websocket` does. */
  readonly token: string | undefined;
  /** As the browser tells it; other programs mostly tell none. */
  readonly origin: string | undefined;
  /** Of the other end of the connection, such as "127.0.0.1". A proxy, if there is one. */
  readonly address: string;
  /** The request itself, for its path, its parameters and its headers. Its body is none. */
  readonly request: IncomingMessage;
}

/** Where NBD clients find the disk of a page that was let in. */
export interface Place {
  /** `nbd+unix:///?socket=PATH` or `nbd://HOST:PORT`; port 0 is any that is free. */
  readonly listen: string;
  /**
   * How many WebSockets that show the same token may wait there or be in use, each for one client. More are
   * turned away with `TRY_LATER`. Default 1. All of them must serve the same disk.
   */
  readonly socketsMax?: number;
}

export interface Refusal {
  readonly refused: CloseStatus;
}

export type Admission = Place | Refusal;

/** Turns a visitor away with the code of a close: `CloseCode.POLICY`, or a number of your own from 4016 to 4999. */
export function refuse(code: number, reason = ''): Refusal {
  return { refused: { code, reason } };
}
