/**
 * The status of one meta context for one BLOCK_STATUS, written as the host tells it, run by run.
 * Spec: proto.md, "NBD_CMD_BLOCK_STATUS" and "Structured reply types".
 *
 * What goes on the wire keeps the rules whatever is told: neighbours of equal flags are one extent
 * (C-258), nothing reaches past the end of the request (C-253), REQ_ONE gets one extent (C-254), and
 * none is longer than its field, cut where the next request may begin (C-255).
 *
 * Extents are written into regions of the outbox that grow with their number; the head, which counts
 * them, is written last. They leave together, so no other chunk comes between them.
 */
import { CommandFlag } from '@nbd/codec';
import type { Slab } from '../../memory/buffer-pool.ts';
import { UsageError } from '../../usage-error.ts';
import type { Outbox } from '../outbox.ts';
import type { InFlight } from './in-flight.ts';
import type { ChunkForm } from './reply-form.ts';

/** The most that one extent takes, bytes: in the larger form. */
export const EXTENT_BYTES_MAX = 16;

/** Extents in the first region and in the largest, which is 32 KiB in the larger form. */
const FIRST_EXTENTS = 64;
const REGION_EXTENTS_MAX = 2048;
const GROWTH = 8;

/** Extents are cut at multiples of this, or of the minimum block if it is more. */
const ALIGNMENT = 512;

interface Region {
  readonly slab: Slab;
  readonly start: number;
  /** How far it is written. */
  end: number;
}

/** What one meta context says of the range of a BLOCK_STATUS, told run by run. */
export class StatusChunk {
  readonly request: InFlight;
  readonly #contextId: number;
  readonly #form: ChunkForm;
  readonly #outbox: Outbox;
  readonly #wantsOne: boolean;
  readonly #lengthMax: number;
  readonly #runsMax: number;
  readonly #regions: Region[] = [];
  /** How many extents the last region has room for, and still has. */
  #regionExtents = 0;
  #room = 0;
  /** Extents written. */
  #count = 0;
  #runs = 0;
  /** Bytes of the request that are told. */
  #covered = 0;
  #isFull = false;
  /** The extent that may still grow; its length is 0 if there is none. */
  #length = 0;
  #flags = 0;

  /** Of `runsMax` runs and no more is looked at, so that neither the work nor the memory for it depends on the disk (C-257). */
  constructor(
    request: InFlight,
    contextId: number,
    blockMinimum: number,
    form: ChunkForm,
    outbox: Outbox,
    runsMax: number,
  ) {
    this.request = request;
    this.#contextId = contextId;
    this.#form = form;
    this.#outbox = outbox;
    this.#wantsOne = (request.flags & CommandFlag.REQ_ONE) !== 0;
    const unit = Math.max(ALIGNMENT, blockMinimum);
    this.#runsMax = runsMax;
    this.#lengthMax = form.statusLengthMax - (form.statusLengthMax % unit);
  }

  /** The next `length` bytes, at least 1, have these flags. False: no more need be told. */
  add(length: number, flags: number): boolean {
    if (this.#isFull) return false;
    this.#runs++;
    const continues = this.#length > 0 && flags === this.#flags;
    if (!continues && this.#length > 0) {
      if (this.#wantsOne) return this.#stop();
      this.#write();
    }
    this.#flags = flags;
    const taken = Math.min(length, this.request.length - this.#covered);
    this.#covered += taken;
    this.#length += taken;
    if (this.#length > this.#lengthMax) {
      this.#length = this.#lengthMax;
      return this.#stop();
    }
    if (this.#covered === this.request.length || this.#runs === this.#runsMax) return this.#stop();
    return true;
  }

  /** Queues it for sending. `last`: the reply ends with it. */
  commit(last: boolean): void {
    if (this.#length > 0) this.#write();
    const [first] = this.#regions;
    if (first === undefined) throw new UsageError('a status needs at least one run');
    const { slab, start } = first;
    this.#form.encodeStatusHead(slab.view, start, this.request, this.#contextId, this.#count, last);
    for (const region of this.#regions) this.#outbox.commit(region.slab, region.start, region.end);
    this.#regions.length = 0;
    this.#isFull = true;
  }

  /** Gives up what was written. */
  drop(): void {
    for (const { slab } of this.#regions.splice(0)) slab.release();
    this.#isFull = true;
  }

  #stop(): false {
    this.#isFull = true;
    return false;
  }

  /** Writes the extent that can grow no more. */
  #write(): void {
    if (this.#room === 0) this.#grow();
    const region = this.#regions.at(-1) as Region;
    this.#form.encodeStatusExtent(region.slab.view, region.end, this.#length, this.#flags);
    region.end += this.#form.statusExtentBytes;
    this.#room--;
    this.#count++;
    this.#length = 0;
  }

  #grow(): void {
    const isFirst = this.#regions.length === 0;
    const first = this.#wantsOne ? 1 : FIRST_EXTENTS;
    this.#regionExtents = isFirst
      ? first
      : Math.min(this.#regionExtents * GROWTH, REGION_EXTENTS_MAX);
    const headBytes = isFirst ? this.#form.statusHeadBytes : 0;
    this.#outbox.reserve(headBytes + this.#regionExtents * this.#form.statusExtentBytes, true);
    const { slab, at } = this.#outbox;
    this.#regions.push({ slab, start: at, end: at + headBytes });
    this.#room = this.#regionExtents;
  }
}
