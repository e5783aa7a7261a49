/** What can be chosen when a volume is opened, and what holds where nothing is said. */
import type { ChunkStore } from '../chunks/chunk-store.ts';
import { VolumeError } from '../volume-error.ts';
import type { VolumeObserver } from '../store/observer.ts';
import { machine, type Surroundings } from '../surroundings.ts';

export interface ReadOptions {
  /** Bytes of chunks that are kept in memory after they were read or uploaded: 128 MiB. */
  readonly cacheBytes?: number;
  /** Where chunks are kept on this machine besides. Absent: nowhere. */
  readonly chunkStore?: ChunkStore;
  readonly observer?: VolumeObserver;
  readonly surroundings?: Surroundings;
}

export interface OpenOptions extends ReadOptions {
  /** Where this host can be found, for those who find the volume in use. */
  readonly address?: string;
  /** Milliseconds: after so long without a sign of life another host may take the volume over. 15,000. */
  readonly lease?: number;
  /** True: take the volume from whoever has it, at once. Absent: only from one that shows no life for its lease. */
  readonly takeOver?: boolean;
  /** Bytes of changes in memory from which on writes wait: 64 MiB, and eight chunks at the least; for 1,024 changed chunks too. */
  readonly dirtyBytesMax?: number;
  /**
   * Bytes of small changes that are kept in packs, and in memory, before they become part of their chunks' objects:
   * 16 MiB. 0: they do at once.
   */
  readonly packedBytesMax?: number;
  /**
   * Bytes of small packs that the head carries, so that a flush of few changes is one request: 64 KiB, of which each pack
   * takes 64 bytes besides what is in it. The head becomes larger by a third more, and each commit and each renewal of the
   * lease puts all of it again. 0: it carries none, but for those that are found there.
   */
  readonly carriedBytesMax?: number;
  /** From how many packs on that are objects the next one takes up what is in all of them, or chunks take it up: 32. */
  readonly packsMax?: number;
  /** How many chunks are uploaded at a time: 24. */
  readonly uploadsMax?: number;
  /**
   * From how many chunks on the disk leaves its map in the store when it is closed, so that the next opening need not
   * list them: 1,000. Infinity: never.
   */
  readonly mapChunksMin?: number;
  /** False: the store is known to check its conditions. Absent: it is asked to prove it. */
  readonly probe?: false;
}

export interface ReadSettings {
  readonly cacheBytes: number;
  readonly chunkStore: ChunkStore | undefined;
  readonly observer: VolumeObserver;
  readonly surroundings: Surroundings;
}

export interface OpenSettings extends ReadSettings {
  readonly address: string;
  readonly lease: number;
  readonly takeOver: boolean;
  readonly dirtyBytesMax: number;
  readonly packedBytesMax: number;
  readonly carriedBytesMax: number;
  readonly packsMax: number;
  readonly uploadsMax: number;
  readonly mapChunksMin: number;
  readonly probe: boolean;
}

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const LEASE_MILLIS_MIN = 100;

/** Throws a `VolumeError` when something cannot be. */
export function readSettings(options: ReadOptions): ReadSettings {
  return {
    cacheBytes: checkedCount('cacheBytes', options.cacheBytes ?? 128 * MIB, 0),
    chunkStore: options.chunkStore,
    observer: options.observer ?? {},
    surroundings: options.surroundings ?? machine,
  };
}

/** Throws a `VolumeError` when something cannot be. */
export function openSettings(options: OpenOptions): OpenSettings {
  return {
    ...readSettings(options),
    address: options.address ?? 'unknown',
    lease: checkedCount('lease', options.lease ?? 15_000, LEASE_MILLIS_MIN),
    takeOver: options.takeOver ?? false,
    dirtyBytesMax: checkedCount('dirtyBytesMax', options.dirtyBytesMax ?? 64 * MIB, 0),
    packedBytesMax: checkedCount('packedBytesMax', options.packedBytesMax ?? 16 * MIB, 0),
    carriedBytesMax: checkedCount('carriedBytesMax', options.carriedBytesMax ?? 64 * KIB, 0),
    packsMax: checkedCount('packsMax', options.packsMax ?? 32, 1),
    uploadsMax: checkedCount('uploadsMax', options.uploadsMax ?? 24, 1),
    mapChunksMin: mapChunksMin(options.mapChunksMin ?? 1000),
    probe: options.probe ?? true,
  };
}

function mapChunksMin(value: number): number {
  return value === Number.POSITIVE_INFINITY ? value : checkedCount('mapChunksMin', value, 0);
}

/** Throws a `VolumeError` unless `value` is an integer of at least `least`. */
export function checkedCount(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new VolumeError(
    'invalid',
    `${name}: expected an integer of at least ${least}, found ${value}`,
  );
}
