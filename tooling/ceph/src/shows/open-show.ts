/**
 * Opens volumes that are full: how long that takes, from a list and from the map that a clean end leaves, what it asks of
 * the store, and what the map takes in memory.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ObjectStore } from '@nbd/driver-object-store';
import { memoryStore } from '@nbd/driver-object-store/testing';
import type { GatewayAccess } from '../gateway-access.ts';
import { fullStore, makeFullVolume } from './full-volume.ts';
import { openInNewProcess, type Opened, openFullVolume } from './open-full-volume.ts';
import type { ShowReport } from './show-report.ts';

export interface OpenShowOptions {
  readonly access: GatewayAccess;
  /** Of the volume at the gateway. */
  readonly gibibytes: number;
  /** Of the one in the store in memory, where making objects costs next to nothing. */
  readonly twinGibibytes: number;
  /** Interrupts it. */
  readonly signal: AbortSignal;
}

const GIB = 2 ** 30;
const TIB_IN_GIB = 1024;

/** What is promised for 64 GiB, and as much less for less. */
const SECONDS_MAX = 5;
const PROMISED_GIB = 64;

/** What is promised of a map: bytes for each chunk, and a half more for what is not exact in the measurement. */
const CHUNK_MAP_BYTES = 12 * 1.5;

export async function showOpening(options: OpenShowOptions): Promise<ShowReport> {
  const { twinGibibytes } = options;
  const twin = await openTwin(twinGibibytes);
  const gateway = await openAtGateway(options);
  return {
    title: 'open, full volumes in chunks of 256 KiB',
    figures: {
      'at the gateway': textOf(gateway),
      'in memory': `${textOf(twin)}; ${mapTextOf(twin)}`,
      'made at the gateway': `in ${gateway.making.toFixed(0)} s`,
    },
    faults: [...faultsOf(gateway), ...faultsOf(twin), ...mapFaultsOf(twin)],
    isControl: false,
  };
}

interface Opening {
  readonly gibibytes: number;
  readonly chunks: number;
  /** Seconds that it took to make the objects. */
  readonly making: number;
  /** By a list. */
  readonly first: Opened;
  /** The one after it, which need not list. */
  readonly again: Opened;
}

interface TwinOpening extends Opening {
  /** Bytes of typed memory that the opened volume holds: its map. */
  readonly mapBytes: number;
}

/** Each time in a process of its own, as whoever serves a volume opens it. */
async function openAtGateway({ access, gibibytes, signal }: OpenShowOptions): Promise<Opening> {
  const store = fullStore(access);
  const { chunks, seconds: making } = await makeFullVolume(store, gibibytes * GIB);
  await store.close();
  const first = await openInNewProcess(access, signal);
  const again = await openInNewProcess(access, signal);
  return { gibibytes, chunks, making, first, again };
}

/** In this process, so that its memory can be measured. */
async function openTwin(gibibytes: number): Promise<TwinOpening> {
  const store: ObjectStore = memoryStore();
  const { chunks, seconds: making } = await makeFullVolume(store, gibibytes * GIB);
  const before = typedBytes();
  const first = await openFullVolume(store);
  const mapBytes = typedBytes() - before;
  await first.disk.close?.();
  const again = await openFullVolume(store);
  await again.disk.close?.();
  await store.close();
  return { gibibytes, chunks, making, first, again, mapBytes };
}

/** Bytes of all buffers that are still in use. */
function typedBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

function textOf({ gibibytes, chunks, first, again }: Opening): string {
  return (
    `${gibibytes} GiB, ${chunks} chunks: ${first.seconds.toFixed(2)} s, ${first.lists} lists; ` +
    `from the map that was left: ${again.seconds.toFixed(2)} s, ${again.lists} lists`
  );
}

function mapTextOf({ gibibytes, mapBytes }: TwinOpening): string {
  const mebibytes = mapBytes / 2 ** 20;
  const aTebibyte = (mebibytes / gibibytes) * TIB_IN_GIB;
  return `map ${mebibytes.toFixed(1)} MiB (${aTebibyte.toFixed(0)} MiB for a TiB)`;
}

function faultsOf({ gibibytes, first, again }: Opening): readonly string[] {
  const secondsMax = SECONDS_MAX * Math.max(gibibytes / PROMISED_GIB, 0.25);
  return [
    ...(Math.max(first.seconds, again.seconds) <= secondsMax
      ? []
      : [`${gibibytes} GiB took more than ${secondsMax} s`]),
    ...(again.lists === 0 ? [] : ['a volume that was closed was listed']),
  ];
}

function mapFaultsOf({ chunks, mapBytes }: TwinOpening): readonly string[] {
  return mapBytes <= chunks * CHUNK_MAP_BYTES ? [] : [`the map takes ${mapBytes} bytes`];
}
