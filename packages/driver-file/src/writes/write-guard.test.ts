import { describe, expect, test } from 'vitest';
import { WriteGuard } from './write-guard.ts';

describe('the write guard', () => {
  test('quick writes stay on the loop', () => {
    const guard = new WriteGuard();
    guard.learn(4096, 0, 4.9);
    expect(guard.allows(4.9)).toBe(true);
  });

  test('the first write of more than 5 ms keeps writes off the loop for 100 ms', () => {
    const guard = new WriteGuard();
    guard.learn(4096, 0, 6);
    expect(guard.allows(105)).toBe(false);
    expect(guard.allows(106)).toBe(true);
  });

  test('a long write may take longer: a millisecond for each MiB', () => {
    const guard = new WriteGuard();
    guard.learn(8 * 1024 * 1024, 0, 12);
    expect(guard.allows(12)).toBe(true);
  });

  test('a slow write after the pause doubles the pause, up to 3.2 s', () => {
    const guard = new WriteGuard();
    let now = 0;
    for (const pause of [100, 200, 400, 800, 1600, 3200, 3200]) {
      guard.learn(4096, now, now + 10);
      expect(guard.allows(now + 10 + pause - 1)).toBe(false);
      expect(guard.allows(now + 10 + pause)).toBe(true);
      now += 10 + pause;
    }
  });

  test('a quick write after the pause makes the next pause short again', () => {
    const guard = new WriteGuard();
    guard.learn(4096, 0, 10);
    guard.learn(4096, 110, 120);
    guard.learn(4096, 320, 321);
    guard.learn(4096, 400, 410);
    expect(guard.allows(510)).toBe(true);
  });
});
