/** One volume of a family: the host that has it, which dies and has a successor, and what it may hold. */
import { openVolume } from '../../src/index.ts';
import type { MemoryStore } from '../../src/testing/index.ts';
import { Host } from '../simulation/host.ts';
import { headOf, referenceContent } from '../simulation/reference-content.ts';
import { Reign } from '../simulation/reign.ts';
import type { Requests } from '../simulation/requests.ts';
import { checkSame, sectorsOf } from '../simulation/sectors.ts';
import type { World } from '../simulation/world.ts';
import { openingOf, SECTOR_BYTES, SECTORS, type Settings } from './openings.ts';

export interface MemberOptions {
  readonly name: string;
  readonly world: World;
  readonly store: MemoryStore;
  readonly requests: Requests;
  /** What it holds when it is made, by sector. */
  readonly content: readonly number[];
}

export class Member {
  readonly name: string;
  readonly #world: World;
  readonly #store: MemoryStore;
  readonly #requests: Requests;
  #reign: Reign;
  /** The last one that has opened it. */
  #host: Host | undefined;
  #isResizing = false;

  constructor({ name, world, store, requests, content }: MemberOptions) {
    this.name = name;
    this.#world = world;
    this.#store = store;
    this.#requests = requests;
    this.#reign = new Reign(0, content);
  }

  get isOpen(): boolean {
    return this.#host?.driver !== undefined;
  }

  /** Whether somebody waits for an answer who may yet get one. */
  get isWaiting(): boolean {
    return this.#host?.process.isGone === false && this.#host.isWaiting();
  }

  /** The host that has it dies, and `host` takes it over. Throws unless that finds what it must. */
  async open(host: Host, settings: Settings): Promise<void> {
    this.crash();
    this.#host = host;
    this.#isResizing = false;
    const driver = await this.#world.run(
      openVolume(host.store, openingOf(host, this.name, settings)),
    );
    const target = new Uint8Array(SECTORS * SECTOR_BYTES);
    await this.#world.run(Promise.resolve(driver.read(target.subarray(0, driver.size), 0)));
    const found = sectorsOf(target, SECTOR_BYTES);
    checkSame(this.name, found, this.committed());
    this.#reign.end(found);
    this.#reign = new Reign(headOf(this.#store, this.name).generation, found);
    host.reign = this.#reign;
    host.driver = driver;
  }

  /** Begins a write of one value, or of zeroes if it is 0. What is behind the end is left out. */
  write(first: number, count: number, value: number, fua: boolean): void {
    const sectors = this.#inside(first, count);
    if (this.#host === undefined || sectors.length === 0) return;
    this.#requests.write(this.#host, sectors, value, fua);
  }

  flush(): void {
    if (this.#host !== undefined) this.#requests.flush(this.#host);
  }

  read(first: number, count: number): void {
    if (this.#host === undefined || this.#isResizing) return;
    this.#requests.read(this.#host, this.#inside(first, count));
  }

  /** What is cut off reads as zeroes, also when the volume grows again. */
  resize(size: number): void {
    const host = this.#host;
    const driver = host?.driver;
    if (host === undefined || driver === undefined || this.#isResizing) return;
    const kept = Math.min(size, driver.size / SECTOR_BYTES);
    const cut = Array.from({ length: SECTORS - kept }, (_, i) => kept + i);
    if (cut.some((sector) => host.busy.has(sector))) return;
    const reign = this.#reign;
    reign.issue(cut, 0);
    for (const sector of cut) host.busy.add(sector);
    this.#isResizing = true;
    const release = () => {
      this.#isResizing = false;
      for (const sector of cut) host.busy.delete(sector);
    };
    const answered = () => {
      release();
      reign.answer(cut);
      const behind = cut.filter((sector) => sector >= size);
      reign.flushed(reign.mark(), behind);
    };
    this.#requests.operate(host, () => driver.resize?.(size * SECTOR_BYTES), answered, release);
  }

  close(): void {
    if (this.#host !== undefined) this.#requests.close(this.#host);
  }

  crash(): void {
    if (this.#host === undefined) return;
    this.#host.process.isGone = true;
    this.#host.driver = undefined;
  }

  /** Throws unless what is committed may be. */
  check(): void {
    try {
      this.#reign.check(this.committed());
    } catch (cause) {
      throw new Error(`${this.name} holds what it must not`, { cause });
    }
  }

  /** By sector; zeroes behind the end. */
  committed(): number[] {
    const length = SECTORS * SECTOR_BYTES;
    return sectorsOf(referenceContent(this.#store, this.name, { length }), SECTOR_BYTES);
  }

  #inside(first: number, count: number): readonly number[] {
    const end = Math.min(first + count, (this.#host?.driver?.size ?? 0) / SECTOR_BYTES);
    return Array.from({ length: Math.max(end - first, 0) }, (_, i) => first + i);
  }
}
