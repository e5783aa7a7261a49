/**
 * The head of a volume: the one small object that changes, and only by compare-and-swap. What it says is so; what
 * lies in the store beside it counts as far as the head says (`counting.ts`). JSON, so that a person can read it.
 */
import type { Version } from '../store/object-names.ts';
import { type CountedPack, decodePacks, encodePacks } from './counted-packs.ts';
import { Fields } from './head-fields.ts';
import { VolumeError } from '../volume-error.ts';

/** What every release has read. */
const FORMAT_PLAIN = 1;
/** Packs count: who does not know of them must not open the volume. */
const FORMAT_PACKED = 2;
/** And the head carries some of them. */
const FORMAT_CARRIED = 3;

/** Up to where versions of a generation count: those of a lower or that sequence do. */
export type Watermark = Version;

export interface Owner {
  /** Drawn at each opening. */
  readonly id: string;
  /** Where it can be found, for people. */
  readonly address: string;
  /** Milliseconds since 1970, for people. */
  readonly since: number;
  /** Milliseconds: it changes the head at least that often, or has stopped answering. */
  readonly lease: number;
}

export interface Snapshot extends Watermark {
  readonly name: string;
  /** Drawn when it was made: it tells two of one name apart. */
  readonly id: string;
  /** Bytes of the volume then. */
  readonly size: number;
  /** Milliseconds since 1970, for people. */
  readonly created: number;
  /** It is about to go: nothing new may come to depend on it. */
  readonly isLeaving: boolean;
  /** Drawn by whoever has marked it last, who alone may remove it, or give that up. */
  readonly deletion: string | undefined;
  /** The packs that counted then. */
  readonly packs: readonly CountedPack[];
}

/** The map of the volume as its last owner has left it, kept beside its chunks (`kept-map.ts`). */
export interface KeptMap extends Watermark {
  /** Objects that it consists of. */
  readonly parts: number;
  /** Versions in it, the empty ones included. */
  readonly versions: number;
}

/** What a clone stands on. */
export interface Base {
  readonly volume: string;
  /** The id of that volume. */
  readonly id: string;
  readonly snapshot: string;
  /** The id of that snapshot. */
  readonly snapshotId: string;
}

export interface Head {
  /** Of the volume, drawn when it was made. */
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes. */
  readonly chunkBytes: number;
  /** Counts the openings for writing, takeovers included: whoever serves the volume writes under this number alone. */
  readonly generation: number;
  /** The watermark of this generation: the last sequence that counts. */
  readonly durable: number;
  /** The watermarks of earlier generations, ascending; those without versions that matter are left out. */
  readonly sealed: readonly Watermark[];
  /** The packs that count, ascending: what is in them and newer than its chunk lies over that (`pack.ts`). */
  readonly packs: readonly CountedPack[];
  readonly owner: Owner | undefined;
  /** Counts only as long as nobody has owned the volume since: see `currentMap`. */
  readonly map: KeptMap | undefined;
  /** There may be objects that nobody needs: whoever opens the volume next is to list it. */
  readonly isLittered: boolean;
  readonly snapshots: readonly Snapshot[];
  /** From the nearest to the farthest. */
  readonly bases: readonly Base[];
  /** It is being deleted: nobody may open it, and nothing new may come to depend on it. */
  readonly isLeaving: boolean;
  /** Drawn by whoever has marked it last, who alone may go on, or give up. */
  readonly deletion: string | undefined;
  /** Nothing depends on it, and objects of it may be gone: its deletion cannot be given up any more. */
  readonly isDoomed: boolean;
  /** How often the head has changed. */
  readonly counter: number;
  /** Drawn at each change, so that no two versions have equal bytes. */
  readonly nonce: string;
}

export function encodeHead(head: Head): Uint8Array {
  const snapshots = head.snapshots.map((each) => ({ ...each, ...encodePacks(each.packs) }));
  const fields = { format: formatOf(head), ...head, ...encodePacks(head.packs), snapshots };
  return new TextEncoder().encode(`${JSON.stringify(fields, undefined, 1)}\n`);
}

function formatOf({ packs, snapshots }: Head): number {
  const all = [{ packs }, ...snapshots].flatMap((each) => each.packs);
  if (all.some(({ body }) => body !== undefined)) return FORMAT_CARRIED;
  return all.length > 0 ? FORMAT_PACKED : FORMAT_PLAIN;
}

/** Throws a `VolumeError` when the bytes are not the head of a volume. `where` is for its message. */
export function decodeHead(bytes: Uint8Array, where: string): Head {
  let found: unknown;
  try {
    found = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new VolumeError('damaged', `${where}: expected the head of a volume`, { cause });
  }
  const fields = new Fields(found, where);
  const format = fields.count('format');
  if (format < FORMAT_PLAIN || format > FORMAT_CARRIED) {
    throw new VolumeError(
      'damaged',
      `${where}: expected format ${FORMAT_PLAIN} to ${FORMAT_CARRIED}, found ${format}`,
    );
  }
  return {
    id: fields.text('id'),
    size: fields.count('size'),
    chunkBytes: fields.chunkBytes('chunkBytes'),
    generation: fields.count('generation'),
    durable: fields.count('durable'),
    sealed: fields.list('sealed', watermark),
    packs: decodePacks(fields),
    owner: fields.has('owner') ? owner(fields.record('owner')) : undefined,
    map: fields.has('map') ? keptMap(fields.record('map')) : undefined,
    isLittered: fields.has('isLittered') && fields.flag('isLittered'),
    snapshots: fields.list('snapshots', snapshot),
    bases: fields.list('bases', base),
    isLeaving: fields.flag('isLeaving'),
    deletion: fields.has('deletion') ? fields.text('deletion') : undefined,
    isDoomed: fields.has('isDoomed') && fields.flag('isDoomed'),
    counter: fields.count('counter'),
    nonce: fields.text('nonce'),
  };
}

function watermark(fields: Fields): Watermark {
  return { generation: fields.count('generation'), sequence: fields.count('sequence') };
}

function keptMap(fields: Fields): KeptMap {
  return { ...watermark(fields), parts: fields.count('parts'), versions: fields.count('versions') };
}

function owner(fields: Fields): Owner {
  return {
    id: fields.text('id'),
    address: fields.text('address'),
    since: fields.count('since'),
    lease: fields.count('lease'),
  };
}

function snapshot(fields: Fields): Snapshot {
  return {
    ...watermark(fields),
    name: fields.text('name'),
    id: fields.text('id'),
    size: fields.count('size'),
    created: fields.count('created'),
    isLeaving: fields.flag('isLeaving'),
    deletion: fields.has('deletion') ? fields.text('deletion') : undefined,
    packs: decodePacks(fields),
  };
}

function base(fields: Fields): Base {
  return {
    volume: fields.text('volume'),
    id: fields.text('id'),
    snapshot: fields.text('snapshot'),
    snapshotId: fields.text('snapshotId'),
  };
}
