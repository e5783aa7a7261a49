/** Makes a volume: one small object, whatever its size. */
import {
  CHUNK_BYTES_MAX,
  CHUNK_BYTES_MIN,
  CHUNKS_MAX,
  isChunkBytes,
} from '../head/chunk-limits.ts';
import { encodeHead, type Base, type Head } from '../head/head.ts';
import { readHead } from '../head/head-chain.ts';
import { checkName, headKey } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { probeConditions } from '../store/probe-conditions.ts';
import { StoreError } from '../store/store-error.ts';
import { drawName, machine, type Surroundings } from '../surroundings.ts';
import { VolumeError } from '../volume-error.ts';

export interface CreateOptions {
  readonly volume: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes: a power of two from 4 KiB to 64 MiB. Absent: 512 KiB up to 256 GiB, 1 MiB up to 4 TiB, 4 MiB above. */
  readonly chunkBytes?: number;
  /** False: the store is known to check its conditions. Absent: it is asked to prove it. */
  readonly probe?: false;
  readonly surroundings?: Surroundings;
}

/** Rejects with a `VolumeError` when there is one of that name, or an argument cannot be. */
export async function createVolume(store: ObjectStore, options: CreateOptions): Promise<void> {
  const { volume, size, probe = true, surroundings = machine } = options;
  const chunkBytes = options.chunkBytes ?? usualChunkBytes(size);
  checkName('volume', volume);
  if (!isChunkBytes(chunkBytes)) {
    throw new VolumeError(
      'invalid',
      `chunkBytes: expected a power of two of ${CHUNK_BYTES_MIN} to ${CHUNK_BYTES_MAX}, found ${chunkBytes}`,
    );
  }
  checkSize(size, chunkBytes);
  if (probe) await probeConditions(store, surroundings);
  const id = drawName(surroundings.random);
  await putNewHead(store, volume, { id, size, chunkBytes, bases: [] }, surroundings);
}

/** Throws unless a volume can have so many bytes. */
export function checkSize(size: number, chunkBytes: number): void {
  const most = Math.min(CHUNKS_MAX * chunkBytes, Number.MAX_SAFE_INTEGER);
  if (Number.isSafeInteger(size) && size >= 0 && size <= most) return;
  throw new VolumeError('invalid', `size: expected 0 to ${most} bytes, found ${size}`);
}

/** The head of a volume without objects of its own. */
export async function putNewHead(
  store: ObjectStore,
  volume: string,
  facts: {
    readonly id: string;
    readonly size: number;
    readonly chunkBytes: number;
    readonly bases: readonly Base[];
  },
  { random }: Surroundings,
): Promise<void> {
  const head: Head = {
    ...facts,
    generation: 0,
    durable: 0,
    sealed: [],
    packs: [],
    owner: undefined,
    map: undefined,
    isLittered: false,
    snapshots: [],
    isLeaving: false,
    deletion: undefined,
    isDoomed: false,
    counter: 0,
    nonce: drawName(random),
  };
  if (await putAbsent(store, volume, head)) return;
  const seen = await readHead(store, volume);
  if (seen?.head.id === head.id) return; // the answer was lost
  throw new VolumeError('exists', `${store.name}: there is a volume ${volume} already`);
}

async function putAbsent(store: ObjectStore, volume: string, head: Head): Promise<boolean> {
  const put = () => store.put(headKey(volume), [encodeHead(head)], { condition: { absent: true } });
  try {
    return (await put()) !== undefined;
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'ambiguous') throw error;
    return (await put()) !== undefined;
  }
}

function usualChunkBytes(size: number): number {
  if (size <= 256 * 2 ** 30) return 2 ** 19;
  return size <= 4 * 2 ** 40 ? 2 ** 20 : 2 ** 22;
}
