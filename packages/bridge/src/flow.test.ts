import { expect, onTestFinished, test, vi } from 'vitest';
import { Flow } from './flow.ts';

/** A source and a sink that the test moves by hand. */
function ends() {
  const waiting: (() => void)[] = [];
  return {
    told: [] as string[],
    unsentBytes: 0,
    pause() {
      this.told.push('pause');
    },
    resume() {
      this.told.push('resume');
    },
    send(bytes: Uint8Array, taken: () => void) {
      this.unsentBytes += bytes.length;
      waiting.push(() => {
        this.unsentBytes -= bytes.length;
        taken();
      });
    },
    takes(messages: number) {
      for (const take of waiting.splice(0, messages)) take();
    },
  };
}

function flowOf(stalled = (): void => undefined) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const both = ends();
  return { both, flow: new Flow(both, both, 1000, stalled) };
}

test('a source is held back beyond a mebibyte, and goes on at half of it', () => {
  const { both, flow } = flowOf();
  for (let i = 0; i < 4; i++) flow.pass(new Uint8Array(2 ** 18));
  expect(both.told).toEqual([]);
  flow.pass(new Uint8Array(1));
  expect([both.told, flow.isHeld]).toEqual([['pause'], true]);
  both.takes(2);
  expect(both.told).toEqual(['pause']);
  both.takes(1);
  expect([both.told, flow.isHeld, flow.bytes]).toEqual([['pause', 'resume'], false, 2 ** 20 + 1]);
});

test('small messages count too', () => {
  const { both, flow } = flowOf();
  for (let i = 0; i < 1025; i++) flow.pass(new Uint8Array(1));
  expect(both.told).toEqual(['pause']);
  both.takes(513);
  expect(both.told).toEqual(['pause', 'resume']);
});

test('a sink that takes nothing has stalled, and one that takes a message now and then has not', () => {
  const stalled = vi.fn<() => void>();
  const { both, flow } = flowOf(stalled);
  for (let i = 0; i < 9; i++) flow.pass(new Uint8Array(2 ** 18));
  for (let i = 0; i < 4; i++) {
    vi.advanceTimersByTime(500);
    both.takes(1);
  }
  expect(stalled).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1000);
  expect(stalled).toHaveBeenCalled();
});

test('a sink that trickles has stalled, though it takes a byte between two looks', () => {
  const stalled = vi.fn<() => void>();
  const { both, flow } = flowOf(stalled);
  for (let i = 0; i < 1024; i++) flow.pass(new Uint8Array(1));
  flow.pass(new Uint8Array(2 ** 20));
  vi.advanceTimersByTime(501);
  both.takes(1);
  expect(stalled).not.toHaveBeenCalled();
  vi.advanceTimersByTime(500);
  expect(stalled).toHaveBeenCalledTimes(1);
});

test('a sink that takes as little as is allowed has not, while more comes from the source', () => {
  const stalled = vi.fn<() => void>();
  const { both, flow } = flowOf(stalled);
  for (let i = 0; i < 1025; i++) flow.pass(new Uint8Array(120));
  for (let i = 0; i < 20; i++) {
    flow.pass(new Uint8Array(1000)); // what the source had at hand
    vi.advanceTimersByTime(500);
    both.takes(1);
  }
  expect([flow.isHeld, stalled.mock.calls.length]).toEqual([true, 0]);
});

test('a sink that could not take while there was no processor has its turn before it has stalled', () => {
  const stalled = vi.fn<() => void>();
  const { both, flow } = flowOf(stalled);
  for (let i = 0; i < 9; i++) flow.pass(new Uint8Array(2 ** 18));
  vi.advanceTimersByTime(501);
  vi.advanceTimersToNextTimer();
  both.takes(1);
  vi.advanceTimersToNextTimer();
  expect([flow.isHeld, stalled.mock.calls.length]).toEqual([true, 0]);
  vi.advanceTimersByTime(501);
  expect(stalled).toHaveBeenCalled();
});

test('a flow that has stopped lets go of its source and of its timer', () => {
  const stalled = vi.fn<() => void>();
  const { both, flow } = flowOf(stalled);
  flow.pass(new Uint8Array(2 ** 21));
  flow.stop();
  vi.advanceTimersByTime(10_000);
  expect([both.told, vi.getTimerCount()]).toEqual([['pause', 'resume'], 0]);
  expect(stalled).not.toHaveBeenCalled();
});
