import { expect, it } from 'vitest';
import type { Dispatcher } from 'undici';
import { exchange } from './exchange.ts';

/** A client that has no connection yet: a test says when it has one. */
class WaitingDispatcher {
  handler: Dispatcher.DispatchHandler | undefined;

  dispatch(_options: unknown, handler: Dispatcher.DispatchHandler): boolean {
    this.handler = handler;
    return true;
  }
}

const REQUEST = { method: 'PUT', path: '/a', headers: {}, parts: [], bodyMax: 10 } as const;

it('a request that is given up while it waits for a connection is never sent', async () => {
  const waiting = new WaitingDispatcher();
  const controller = new AbortController();
  const pending = exchange(waiting as unknown as Dispatcher, REQUEST, controller.signal);
  controller.abort(new Error('enough'));
  await expect(pending).rejects.toMatchObject({ name: 'ExchangeError', wasSent: false });
  let aborted = 0;
  const abort = (): void => {
    aborted += 1;
  };
  waiting.handler?.onRequestStart?.({ abort } as unknown as Dispatcher.DispatchController, {});
  expect(aborted).toBe(1);
});

it('a request that is given up before it begins waits for nothing', async () => {
  const waiting = new WaitingDispatcher();
  const signal = AbortSignal.abort(new Error('enough'));
  const pending = exchange(waiting as unknown as Dispatcher, REQUEST, signal);
  await expect(pending).rejects.toMatchObject({ name: 'ExchangeError', message: 'enough' });
});

it("what still comes of an answer that was given up goes nowhere, for the target is the caller's again", async () => {
  const waiting = new WaitingDispatcher();
  const controller = new AbortController();
  const target = new Uint8Array(4);
  const request = { ...REQUEST, method: 'GET', target } as const;
  const pending = exchange(waiting as unknown as Dispatcher, request, controller.signal);
  const { handler } = waiting;
  // A connection that cannot be stopped any more.
  const deaf = { abort: () => {} } as unknown as Dispatcher.DispatchController;
  handler?.onRequestStart?.(deaf, {});
  handler?.onResponseStart?.(deaf, 200, { 'content-length': '4' }, 'OK');
  handler?.onResponseData?.(deaf, Buffer.of(1, 1));
  controller.abort(new Error('no answer in time'));
  await expect(pending).rejects.toMatchObject({ name: 'ExchangeError', wasSent: true });
  target.fill(7);
  handler?.onResponseData?.(deaf, Buffer.of(1, 1));
  handler?.onResponseEnd?.(deaf, {});
  expect([...target]).toEqual([7, 7, 7, 7]);
});
