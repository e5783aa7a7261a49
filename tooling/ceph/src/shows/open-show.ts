/**
 * Opens volumes that are full: how long that takes, from a list and from the map that a clean end leaves, what it asks of
 * the store, and what the map takes in memory.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { countingObserver, type ObjectStore, openVolume } from '@nbd/driver-object-store';
import { memoryStore } from '@nbd/driver-object-store/testing';
import { s3Store } from '@nbd/object-store-s3';
import type { GatewayAccess } from '../gateway-access.ts';
import { makeFullVolume } from './full-volume.ts';
import type { ShowReport } from './show-report.ts';

export interface OpenShowOptions {
  readonly access: GatewayAccess;
  /** Of the volume at the gateway. */
  readonly gibibytes: number;
  /** Of the one in the store in memory, where making objects costs next to nothing. */
  readonly twinGibibytes: number;
}

const GIB = 2 ** 30;
const TIB_IN_GIB = 1024;

/** What is promised for 64 GiB, and as much less for less. */
const SECONDS_MAX = 5;
const PROMISED_GIB = 64;

/** What is promised of a map: bytes for each chunk, and a half more for what is not exact in the measurement. */
const CHUNK_MAP_BYTES = 12 * 1.5;

/** Connections that fill a gateway. */
const CONNECTIONS = { connections: 64, uploads: 48 } as const;

export async function showOpening(options: OpenShowOptions): Promise<ShowReport> {
  const { access, gibibytes, twinGibibytes } = options;
  const twin = await measure(memoryStore(), twinGibibytes);
  const gateway = await measure(
    s3Store({ ...access, ...CONNECTIONS, prefix: 'full', payload: 'unsigned' }),
    gibibytes,
  );
  return {
    title: 'open, full volumes in chunks of 256 KiB',
    figures: {
      'at the gateway': textOf(gateway),
      'in memory': textOf(twin),
      'made at the gateway': `in ${gateway.making.toFixed(0)} s`,
    },
    faults: [...faultsOf(gateway), ...faultsOf(twin)],
    isControl: false,
  };
}

interface Opening {
  readonly gibibytes: number;
  readonly chunks: number;
  /** Seconds that it took to make the objects. */
  readonly making: number;
  /** Seconds of the opening that lists. */
  readonly seconds: number;
  readonly lists: number;
  /** The same of the one after it, which need not list. */
  readonly secondsAgain: number;
  readonly listsAgain: number;
  /** Bytes of typed memory that the opened volume holds: its map. */
  readonly mapBytes: number;
}

async function measure(store: ObjectStore, gibibytes: number): Promise<Opening> {
  try {
    const full = await makeFullVolume(store, 'full', gibibytes * GIB);
    const before = typedBytes();
    const first = await open(store);
    const mapBytes = typedBytes() - before;
    await first.disk.close?.();
    const second = await open(store);
    await second.disk.close?.();
    return {
      gibibytes,
      chunks: full.chunks,
      making: full.seconds,
      seconds: first.seconds,
      lists: first.lists,
      secondsAgain: second.seconds,
      listsAgain: second.lists,
      mapBytes,
    };
  } finally {
    await store.close();
  }
}

async function open(store: ObjectStore): Promise<{
  readonly disk: Awaited<ReturnType<typeof openVolume>>;
  readonly seconds: number;
  readonly lists: number;
}> {
  const observer = countingObserver();
  const start = performance.now();
  const disk = await openVolume(store, { volume: 'full', observer });
  const seconds = (performance.now() - start) / 1000;
  return { disk, seconds, lists: observer.counters.requests.list };
}

/** Bytes of all buffers that are still in use. */
function typedBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

function textOf(opening: Opening): string {
  const { gibibytes, chunks, seconds, lists, secondsAgain, listsAgain, mapBytes } = opening;
  const mebibytes = mapBytes / 2 ** 20;
  const aTebibyte = (mebibytes / gibibytes) * TIB_IN_GIB;
  return (
    `${gibibytes} GiB, ${chunks} chunks: ${seconds.toFixed(2)} s, ${lists} lists; ` +
    `from the map that was left: ${secondsAgain.toFixed(2)} s, ${listsAgain} lists; ` +
    `map ${mebibytes.toFixed(1)} MiB (${aTebibyte.toFixed(0)} MiB for a TiB)`
  );
}

function faultsOf(opening: Opening): readonly string[] {
  const { gibibytes, chunks, seconds, secondsAgain, listsAgain, mapBytes } = opening;
  const secondsMax = SECONDS_MAX * Math.max(gibibytes / PROMISED_GIB, 0.25);
  return [
    ...(Math.max(seconds, secondsAgain) <= secondsMax
      ? []
      : [`${gibibytes} GiB took more than ${secondsMax} s`]),
    ...(listsAgain === 0 ? [] : ['a volume that was closed was listed']),
    ...(mapBytes <= chunks * CHUNK_MAP_BYTES ? [] : [`the map takes ${mapBytes} bytes`]),
  ];
}
