/** A volume whose head carries what is small, and a look at what it carries. */
import type { Driver } from '@nbd/driver';
import { createVolume, type OpenOptions, openVolume } from '../src/index.ts';
import { type MemoryStore, memoryStore } from '../src/testing/index.ts';
import { type ManualSurroundings, manualSurroundings } from './manual-surroundings.ts';

export const CHUNK: number = 2 ** 16;
export const BLOCK = 4096;
/** Bytes of the head that one block takes. */
export const CARRIED_BLOCK: number = BLOCK + 128;

export interface Opened {
  readonly store: MemoryStore;
  readonly surroundings: ManualSurroundings;
  readonly open: (volume?: string, other?: OpenOptions) => Promise<Driver>;
  readonly disk: Driver;
  /** Which requests fail from now on, as "put /pack/" with a part of their keys; absent: none. */
  readonly fail: (requests?: string) => void;
}

/** The chunks have `chunkBytes` bytes. */
export async function opened(more: OpenOptions = {}, chunkBytes: number = CHUNK): Promise<Opened> {
  let failing: string | undefined;
  const store = memoryStore({
    faults({ kind, key }) {
      const [verb, part = ''] = failing?.split(' ') ?? [];
      return verb === kind && key.includes(part)
        ? { kind: 'refused', code: 'unreachable' }
        : undefined;
    },
  });
  const surroundings = manualSurroundings();
  const options = { surroundings, probe: false } as const;
  await createVolume(store, { volume: 'v', size: 2048 * chunkBytes, chunkBytes, ...options });
  const open = (name = 'v', other: OpenOptions = {}): Promise<Driver> =>
    openVolume(store, { volume: name, takeOver: true, ...options, ...more, ...other });
  return {
    store,
    surroundings,
    open,
    disk: await open(),
    fail: (requests?: string) => {
      failing = requests;
    },
  };
}

/** A block, and a flush behind it. */
export async function write(disk: Driver, chunk: number, value: number, blocks = 1): Promise<void> {
  await disk.write?.(new Uint8Array(blocks * BLOCK).fill(value), chunk * CHUNK, { fua: true });
}

/** The first bytes of the first chunks. */
export async function read(disk: Driver, chunks: number): Promise<number[]> {
  const found: number[] = [];
  for (let chunk = 0; chunk < chunks; chunk++) {
    const target = new Uint8Array(1);
    await disk.read(target, chunk * CHUNK);
    found.push(target[0] ?? -1);
  }
  return found;
}

export interface ToldHead {
  readonly format: number;
  readonly packs?: string;
  readonly carried?: Readonly<Record<string, string>>;
  readonly snapshots: readonly ToldHead[];
}

export function headOf(store: MemoryStore, volume = 'v'): ToldHead {
  const bytes = store.objects.get(`${volume}/head`)?.bytes;
  return JSON.parse(new TextDecoder().decode(bytes)) as ToldHead;
}

export function carriedNames(head: ToldHead | undefined): string[] {
  return Object.keys(head?.carried ?? {});
}

export function packs(store: MemoryStore): string[] {
  return [...store.objects.keys()].filter((key) => key.includes('/pack/'));
}
