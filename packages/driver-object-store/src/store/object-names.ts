/**
 * The keys of a volume's objects, below the name of the volume.
 *
 * | key                                          | what it is                                                        |
 * | -------------------------------------------- | ----------------------------------------------------------------- |
 * | `head`                                       | the one object that changes: see `head.ts`                        |
 * | `c/<id>/<shard>/<chunk>/<generation>-<sequence>` | bytes of a chunk, written once; empty: the chunk is all zeroes |
 * | `c/<id>/map/<generation>-<sequence>/<part>`  | the map at a clean end, in parts: see `kept-map.ts`               |
 * | `c/<id>/pack/<generation>-<sequence>`        | small changes of several chunks, written once: see `pack.ts`      |
 * | `pins/<snapshot>/<clone>.<id>`               | a clone that stands on a snapshot of this volume                  |
 *
 * Numbers are hexadecimal: the chunk in 8 digits, the others as short as they are. The id is that of the volume,
 * drawn when it was made, so that objects of a volume that was deleted never count in one of the same name. The
 * shard, the low byte of the chunk's number, spreads neighbours over the store and lets lists run in parallel.
 */
import { VolumeError } from '../volume-error.ts';

/** Which version of a chunk. Of two, the one of the higher generation is newer, then that of the higher sequence. */
export interface Version {
  /** 1 to 2^32 - 1. */
  readonly generation: number;
  /** 1 to 2^48 - 1. */
  readonly sequence: number;
}

export interface ChunkName extends Version {
  /** 0 to 2^32 - 1. */
  readonly chunk: number;
}

/** Volumes and snapshots are called by these. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;
const MAP_NAME = /^map\/([0-9a-f]{1,8})-[0-9a-f]{1,12}\/[0-9a-f]{1,8}$/;
const VERSION = /^([1-9a-f][0-9a-f]{0,7})-([1-9a-f][0-9a-f]{0,11})$/;
/** Numbers as they are written, and no other way: a name has one spelling. */
const CHUNK_NAME =
  /^([0-9a-f]{2})\/([0-9a-f]{6}\1)\/([1-9a-f][0-9a-f]{0,7})-([1-9a-f][0-9a-f]{0,11})$/;

/** Throws unless `name` can be that of a volume or a snapshot. */
export function checkName(what: 'volume' | 'snapshot', name: string): void {
  if (NAME.test(name)) return;
  throw new VolumeError(
    'invalid',
    `${what}: expected a name of 1 to 200 letters, digits and ". _ -", found ${JSON.stringify(name)}`,
  );
}

export function headKey(volume: string): string {
  return `${volume}/head`;
}

/** What all chunks of all volumes that ever had the name begin with. */
export function allChunksPrefix(volume: string): string {
  return `${volume}/c/`;
}

export function chunksPrefix(volume: string, id: string): string {
  return `${volume}/c/${id}/`;
}

export function chunkKey(prefix: string, { chunk, ...version }: ChunkName): string {
  const digits = chunk.toString(16).padStart(8, '0');
  return `${prefix}${digits.slice(6)}/${digits}/${versionName(version)}`;
}

/** Undefined: it is not the key of a chunk behind that prefix. */
export function parseChunkKey(prefix: string, key: string): ChunkName | undefined {
  if (!key.startsWith(prefix)) return undefined;
  const [, , chunk, generation, sequence] = CHUNK_NAME.exec(key.slice(prefix.length)) ?? [];
  if (chunk === undefined || generation === undefined || sequence === undefined) return undefined;
  return {
    chunk: Number.parseInt(chunk, 16),
    generation: Number.parseInt(generation, 16),
    sequence: Number.parseInt(sequence, 16),
  };
}

/** A part of the map as it was at that version. `prefix` as for chunks, behind all of which it lies in a list. */
export function mapKey(prefix: string, { generation, sequence }: Version, part: number): string {
  return `${prefix}map/${versionName({ generation, sequence })}/${part.toString(16)}`;
}

/** Of which generation the part of a map is. Undefined: it is not the key of one. */
export function mapGeneration(prefix: string, key: string): number | undefined {
  const [, generation] = MAP_NAME.exec(key.slice(prefix.length)) ?? [];
  return generation === undefined ? undefined : Number.parseInt(generation, 16);
}

/** `prefix` as for chunks, behind all of which packs lie in a list. */
export function packKey(prefix: string, version: Version): string {
  return `${prefix}pack/${versionName(version)}`;
}

/** Undefined: it is not the key of a pack behind that prefix. */
export function parsePackKey(prefix: string, key: string): Version | undefined {
  const start = `${prefix}pack/`;
  return key.startsWith(start) ? parseVersionName(key.slice(start.length)) : undefined;
}

/** The version as it stands in keys. */
export function versionName({ generation, sequence }: Version): string {
  return `${generation.toString(16)}-${sequence.toString(16)}`;
}

/** Undefined: it is not one. */
export function parseVersionName(name: string): Version | undefined {
  const [, generation, sequence] = VERSION.exec(name) ?? [];
  if (generation === undefined || sequence === undefined) return undefined;
  return {
    generation: Number.parseInt(generation, 16),
    sequence: Number.parseInt(sequence, 16),
  };
}

export function pinsPrefix(volume: string, snapshot?: string): string {
  return snapshot === undefined ? `${volume}/pins/` : `${volume}/pins/${snapshot}/`;
}

/** `id` is that of the clone. */
export function pinKey(volume: string, snapshot: string, clone: string, id: string): string {
  return `${pinsPrefix(volume, snapshot)}${clone}.${id}`;
}

/** Below 0: `one` is older than `other`. */
export function compareVersions(one: Version, other: Version): number {
  return one.generation - other.generation || one.sequence - other.sequence;
}
