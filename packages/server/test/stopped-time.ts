/**
 * Time that passes when a test says so: a limit of a server is met, or not, however busy the machine is. Sockets know nothing
 * of it.
 */
import { vi } from 'vitest';

export function stopTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
}

export function passTime(millis: number): void {
  vi.advanceTimersByTime(millis);
}

export function letTimeGoOn(): void {
  vi.useRealTimers();
}
