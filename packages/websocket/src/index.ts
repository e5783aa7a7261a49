/**
 * NBD over WebSockets and message ports: channels for `serveChannel` of `@nbd/session`, in browsers, in
 * workers and in Node.
 *
 * @packageDocumentation
 */

// WebSockets
export { serveWebSocket, type ServeWebSocketOptions } from './serve-web-socket.ts';
export { WebSocketChannel, type WebSocketChannelOptions } from './web-socket-channel.ts';
export type { WebSocketEvent, WebSocketLike } from './web-socket-like.ts';
export { CloseCode, type CloseStatus, WebSocketClosedError } from './close-code.ts';
export { bearerOf, bearerProtocols, SUB_PROTOCOL } from './bearer-protocol.ts';

// Message ports
export { MessagePortChannel, type MessagePortChannelOptions } from './message-port-channel.ts';
export type { MessagePortLike, PortEvent } from './message-port-like.ts';

// Waiting
export { eventLoopTurns, type Turns } from './turns.ts';
