/**
 * Exports that can become others while they are served.
 *
 * Those that stay as they were keep their disks. One that goes is no longer listed or opened; its disk is closed when the
 * last connection lets go of it.
 */
import {
  allClosed,
  type Awaitable,
  DriverError,
  type ExportContext,
  type ExportListing,
  type ExportSource,
  type OpenExport,
} from '@nbd/driver';
import type { DiskEvents } from './disk-events.ts';
import type { ServedExports } from './served-exports.ts';

/** What is to be served: for each name what it is, in words that differ where it differs, and how to make it. */
export type ExportPlans = ReadonlyMap<string, ExportPlan>;

export interface ExportPlan {
  readonly what: string;
  /** It stands for all exports whose names are its own, a slash and a part without one; or for all without, if its name is empty. */
  readonly isFolder: boolean;
  /** A source of this export alone, or of those in this folder, not yet open. */
  readonly make: () => ServedExports;
}

/** What is served, or was and is still in use. */
interface Served {
  readonly what: string;
  readonly isFolder: boolean;
  readonly source: ServedExports;
  /** How many connections have it. */
  uses: number;
  isRetired: boolean;
}

export class ReloadableExports implements ExportSource {
  readonly #events: Pick<DiskEvents, 'closeFailed' | 'listFailed'>;
  #served: ReadonlyMap<string, Served> = new Map();
  /** Those that are in use, and those that are being closed. */
  readonly #retired = new Set<Served>();
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(events: Pick<DiskEvents, 'closeFailed' | 'listFailed'>) {
    this.#events = events;
  }

  /**
   * Serves these, at least one, in place of those that there are; the first is the default export unless one has the
   * empty name. Rejects with the failure of a disk that does not open; then all is as it was.
   */
  async replace(plans: ExportPlans): Promise<void> {
    const replacing = this.#last.then(() => this.#replace(plans));
    this.#last = replacing.catch(() => undefined);
    await replacing;
  }

  /** An export with a name of its own hides a file of that name. A folder that cannot be listed hides nobody else's. */
  async list(): Promise<Iterable<ExportListing>> {
    const served = this.#served;
    const lists = await Promise.all(
      Array.from(served, async ([name, { isFolder, source }]) => {
        if (!isFolder) return [{ name }];
        const files = await this.#filesOf(name, source);
        return files.filter((file) => !served.has(file.name));
      }),
    );
    return lists.flat();
  }

  open(name: string, context: ExportContext): Awaitable<OpenExport | undefined> {
    this.#mustBeOpen();
    const served = this.#find(name);
    if (served === undefined) return undefined;
    // Before it is open, so that a reload in the meantime does not close it.
    served.uses++;
    try {
      const opening = served.source.open(name, context);
      if (opening instanceof Promise) return this.#lendLater(served, opening);
      return this.#lend(served, opening);
    } catch (error) {
      this.#release(served);
      throw error;
    }
  }

  requiresTls(name: string): boolean {
    return this.#find(name)?.source.requiresTls(name) === true;
  }

  /** Flushes and closes all, also what is still in use. Rejects with the failures of those that do not close. Later calls answer the same. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    const all = [...this.#served.values(), ...this.#retired];
    // What is still being opened closes itself; how long that takes is no matter to those that have something to flush.
    await allClosed([...all.map(({ source }) => source.close()), this.#last]);
  }

  async #replace(plans: ExportPlans): Promise<void> {
    this.#mustBeOpen();
    const next = new Map<string, Served>();
    const fresh: Served[] = [];
    try {
      for (const [name, { what, isFolder, make }] of plans) {
        const known = this.#served.get(name);
        if (known?.what === what) {
          next.set(name, known);
          continue;
        }
        const served = { what, isFolder, source: make(), uses: 0, isRetired: false };
        fresh.push(served);
        next.set(name, served);
      }
      await Promise.all(fresh.map(({ source }) => source.openAll()));
      this.#mustBeOpen();
    } catch (error) {
      // What those that did open say at their end is no news beside it.
      await Promise.allSettled(fresh.map(({ source }) => source.close()));
      throw error;
    }
    const before = this.#served;
    this.#served = next;
    for (const [name, served] of before) if (next.get(name) !== served) this.#retire(served);
  }

  #mustBeOpen(): void {
    if (this.#isClosed) throw new DriverError('ESHUTDOWN', 'the exports are closed');
  }

  async #filesOf(name: string, source: ServedExports): Promise<readonly ExportListing[]> {
    try {
      return [...(await source.list())];
    } catch (error) {
      this.#events.listFailed(name, error);
      return [];
    }
  }

  #find(name: string): Served | undefined {
    const known = this.#served.get(name);
    if (known?.isFolder === false) return known;
    if (name === '') return [...this.#served.values()].find(({ isFolder }) => !isFolder);
    const folder = this.#served.get(name.slice(0, Math.max(name.lastIndexOf('/'), 0)));
    return folder?.isFolder === true ? folder : undefined;
  }

  #lend(served: Served, opened: OpenExport | undefined): OpenExport | undefined {
    if (opened === undefined) {
      this.#release(served);
      return undefined;
    }
    return {
      ...opened,
      close: () => {
        const closing = opened.close();
        this.#release(served);
        return closing;
      },
    };
  }

  async #lendLater(
    served: Served,
    opening: Promise<OpenExport | undefined>,
  ): Promise<OpenExport | undefined> {
    try {
      return this.#lend(served, await opening);
    } catch (error) {
      this.#release(served);
      throw error;
    }
  }

  #retire(served: Served): void {
    served.isRetired = true;
    this.#retired.add(served);
    this.#closeIfDone(served);
  }

  #release(served: Served): void {
    served.uses--;
    this.#closeIfDone(served);
  }

  #closeIfDone(served: Served): void {
    if (!served.isRetired || served.uses > 0 || this.#isClosed) return;
    void this.#closeRetired(served);
  }

  /** It stays among the retired until it is closed: the end of all has to wait for what it still has to write. */
  async #closeRetired(served: Served): Promise<void> {
    try {
      await served.source.close();
    } catch (error) {
      this.#events.closeFailed(error);
    } finally {
      this.#retired.delete(served);
    }
  }
}
