import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Interruption, Steps } from './steps.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const never = (): Promise<never> => new Promise(() => {});

describe('the steps of a show', () => {
  it('are told when they begin, and come to what their tasks come to', async () => {
    const told: string[] = [];
    const steps = new Steps(new AbortController().signal, (line) => told.push(line));
    expect(await steps.take('one', 5, () => Promise.resolve(1))).toBe(1);
    await expect(steps.take('two', 6, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(told).toEqual(['one, in at most 5 s', 'two, in at most 6 s']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('end at their deadline, saying what was waited for, and tell their tasks', async () => {
    const steps = new Steps(new AbortController().signal, () => {});
    let told: AbortSignal | undefined;
    const taken = steps.take('a disk comes back', 5, (signal) => {
      told = signal;
      return never();
    });
    const failure = taken.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(4999);
    expect(told?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await failure).toEqual(new Error('expected in 5 s: a disk comes back'));
    expect(told?.aborted).toBe(true);
  });

  it('end what they have begun when one of its parts has failed', async () => {
    const steps = new Steps(new AbortController().signal, () => {});
    let told: AbortSignal | undefined;
    const taken = steps.take('two things', 5, (signal) => {
      told = signal;
      return Promise.all([never(), Promise.reject(new Error('one of them'))]);
    });
    await expect(taken).rejects.toThrow('one of them');
    expect(told?.aborted).toBe(true);
  });

  it('are interrupted, the one under way and each that would come', async () => {
    const stopping = new AbortController();
    const steps = new Steps(stopping.signal, () => {});
    const taken = steps.take('the first', 5, never);
    stopping.abort();
    await expect(taken).rejects.toThrow(new Interruption('the first'));
    let isBegun = false;
    const next = steps.take('the second', 5, async () => {
      isBegun = true;
    });
    await expect(next).rejects.toThrow(new Interruption('the second'));
    expect(isBegun).toBe(false);
  });
});
