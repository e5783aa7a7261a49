/**
 * The server's end of disks in browser tabs: pages come by WebSocket, and each is offered on a Unix socket
 * or a TCP port to any NBD client.
 *
 * @packageDocumentation
 */

// The bridge
export { type Bridge, type BridgeCounters, type BridgeEvents, openBridge } from './bridge.ts';
export type { BridgeOptions } from './bridge-options.ts';
export type { HttpAddress } from './http-end.ts';
export type { TabInfo } from './tab.ts';

// Who is let in
export {
  type Admission,
  type Place,
  type Refusal,
  refuse,
  TRY_LATER,
  type Visitor,
} from './admission.ts';
export { parseListen } from './listen-address.ts';
export { sameToken } from './same-token.ts';
