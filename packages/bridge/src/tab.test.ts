/** How a page that says nothing is judged, by a clock that the test moves. */
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Tab } from './tab.ts';

const INTERVAL = 1000;

class Page extends EventEmitter {
  readonly readyState = WebSocket.OPEN;
  readonly bufferedAmount = 0;
  readonly ping = vi.fn<() => void>();
  readonly terminate = vi.fn<() => void>();
  readonly pause = vi.fn<() => void>();
  readonly resume = vi.fn<() => void>();
}

/** A client that takes what it is told when the test says so. */
class Client extends EventEmitter {
  readonly writable = true;
  writableLength = 0;
  readonly resume = vi.fn<() => void>();
  takes: () => void = () => undefined;

  write(bytes: Uint8Array, taken: () => void): void {
    this.writableLength += bytes.length;
    this.takes = () => {
      this.writableLength -= bytes.length;
      taken();
    };
  }
}

function tabOf(): { readonly page: Page; readonly tab: Tab } {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const page = new Page();
  const request = {} as IncomingMessage;
  const visitor = { token: 't', origin: undefined, address: '127.0.0.1', request };
  const times = { pingInterval: INTERVAL, stallTimeout: 60 * INTERVAL };
  return { page, tab: new Tab(1, page as unknown as WebSocket, visitor, times) };
}

test('a page that says nothing between two pings is cut', () => {
  const { page } = tabOf();
  vi.advanceTimersByTime(INTERVAL);
  page.emit('pong');
  vi.advanceTimersByTime(INTERVAL);
  expect(page.terminate).not.toHaveBeenCalled();
  vi.advanceTimersByTime(INTERVAL);
  expect(page.terminate).toHaveBeenCalled();
});

test('a page that was held back has an interval from then on to be heard', () => {
  const { page, tab } = tabOf();
  const client = new Client();
  tab.talkTo(client as unknown as Socket);
  page.emit('message', new Uint8Array(2 ** 21), true);
  expect(page.pause).toHaveBeenCalled();
  vi.advanceTimersByTime(2.5 * INTERVAL);
  client.takes();
  expect(page.resume).toHaveBeenCalled();
  vi.advanceTimersByTime(INTERVAL);
  expect(page.terminate).not.toHaveBeenCalled();
  vi.advanceTimersByTime(INTERVAL);
  expect(page.terminate).toHaveBeenCalled();
});

test('a pong that has come while there was no processor counts', () => {
  const { page } = tabOf();
  vi.advanceTimersByTime(INTERVAL);
  // The timer is due, and before what comes next is judged the network is read.
  vi.advanceTimersToNextTimer();
  page.emit('pong');
  vi.advanceTimersToNextTimer();
  expect(page.terminate).not.toHaveBeenCalled();
});
