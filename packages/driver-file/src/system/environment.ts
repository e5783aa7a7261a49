/**
 * What the driver finds on this machine besides Node itself. Looked at once per thread, and given
 * from outside, so that a test can take any of it away.
 */
import { performance } from 'node:perf_hooks';
import type { Clock } from './clock.ts';
import { loadFileExtensions } from './file-extensions.ts';
import type { FileExtensions } from './file-extensions.ts';
import { loadSystemCalls } from './system-calls.ts';
import type { SystemCalls } from './system-calls.ts';

export interface Environment {
  /** `undefined` without the optional package koffi, or where it does not know the system's layouts. */
  readonly systemCalls: SystemCalls | undefined;
  /** `undefined` without the optional package fs-native-extensions. */
  readonly extensions: FileExtensions | undefined;
  readonly clock: Clock;
}

let environment: Promise<Environment> | undefined;

/** The means of this machine. */
export function loadEnvironment(): Promise<Environment> {
  environment ??= load();
  return environment;
}

async function load(): Promise<Environment> {
  return {
    systemCalls: await loadSystemCalls(),
    extensions: loadFileExtensions(),
    clock: () => performance.now(),
  };
}
