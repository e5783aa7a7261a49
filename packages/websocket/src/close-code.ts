/** With what code a WebSocket is closed, and what the code of a peer means. RFC 6455, section 7.4.1. */

/**
 * Why a WebSocket is closed. A page may not say the codes from 1001 to 1015; it says the number of 4001 to
 * 4015 in place of each.
 */
export const CloseCode = {
  /** All was said. */
  ORDERLY: 1000,
  /** This end leaves: a server that shuts down, a tab that is closed. */
  GOING_AWAY: 1001,
  /** The peer broke the protocol. */
  PROTOCOL_ERROR: 1002,
  /** The peer sent text; NBD is bytes. */
  UNSUPPORTED_DATA: 1003,
  /** The peer closed, and did not say why. Never sent. */
  NONE: 1005,
  /** The connection broke, or never came to be. Never sent. */
  BROKEN: 1006,
  /** The peer is not allowed in: its token is missing or wrong. */
  POLICY: 1008,
  /** The peer sent more than can be held. */
  TOO_BIG: 1009,
  /** This end failed. */
  INTERNAL_ERROR: 1011,
  /** There is no such export, and the client asked for it in the way that has no reply. */
  NO_EXPORT: 4404,
} as const;

/** What to close with. */
export interface CloseStatus {
  /** A `CloseCode`, or a number of 4016 to 4999 of one's own. */
  readonly code: number;
  /** For logs: at most 123 bytes of UTF-8. */
  readonly reason: string;
}

/** What is added to a code that a page may not say. */
const OF_PAGES = 3000;

/** The peer, or the network, closed a WebSocket in another way than the orderly one. */
export class WebSocketClosedError extends Error {
  override readonly name = 'WebSocketClosedError';
  /** As in `CloseCode`, also when it came from a page. */
  readonly code: number;

  constructor(code: number, reason: string, options?: ErrorOptions) {
    const why = reason === '' ? '' : `: ${reason}`;
    super(`the WebSocket was closed with code ${code}${why}`, options);
    this.code = spokenCode(code);
  }
}

/** The code that is meant: what pages say in place of it is turned back. */
export function spokenCode(code: number): number {
  return code > 4000 && code <= 4015 ? code - OF_PAGES : code;
}

/** Whether nothing went wrong. */
export function isOrderly(code: number): boolean {
  return code === CloseCode.ORDERLY || code === CloseCode.NONE;
}

/** Closes by `close`, whether that belongs to a page or not. */
export function closeWith(
  close: (code: number, reason: string) => void,
  { code, reason }: CloseStatus,
): void {
  try {
    close(code, reason);
  } catch {
    close(code + OF_PAGES, reason);
  }
}
