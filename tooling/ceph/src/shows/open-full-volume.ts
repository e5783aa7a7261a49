/** Opens the full volume, here or in a process of its own, in which what was done before weighs on nothing. */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { countingObserver, type ObjectStore, openVolume } from '@nbd/driver-object-store';
import type { GatewayAccess } from '../gateway-access.ts';
import { runProgram } from '../run-program.ts';
import { FULL_VOLUME } from './full-volume.ts';

export interface Opened {
  readonly seconds: number;
  /** Requests that list. */
  readonly lists: number;
}

export async function openFullVolume(
  store: ObjectStore,
): Promise<Opened & { readonly disk: Awaited<ReturnType<typeof openVolume>> }> {
  const observer = countingObserver();
  const start = performance.now();
  const disk = await openVolume(store, { volume: FULL_VOLUME, observer });
  const seconds = (performance.now() - start) / 1000;
  return { disk, seconds, lists: observer.counters.requests.list };
}

const PROGRAM = fileURLToPath(new URL('open-full-volume-program.ts', import.meta.url));

/** And closes it, in good order. `signal` kills the process, which would not hear of an interruption otherwise. */
export async function openInNewProcess(
  access: GatewayAccess,
  signal: AbortSignal,
): Promise<Opened> {
  const words = [...process.execArgv, PROGRAM, JSON.stringify(access)];
  return JSON.parse(await runProgram(process.execPath, words, {}, { signal })) as Opened;
}
