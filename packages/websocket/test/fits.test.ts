/** What the structural types are meant for fits them. */
import { WebSocket } from 'ws';
import { expectTypeOf, test } from 'vitest';
import type { MessagePortLike, WebSocketLike } from '../src/index.ts';

test('sockets of browsers and of ws are sockets, ports are ports', () => {
  expectTypeOf<globalThis.WebSocket>().toExtend<WebSocketLike>();
  expectTypeOf<WebSocket>().toExtend<WebSocketLike>();
  expectTypeOf<MessagePort>().toExtend<MessagePortLike>();
});
