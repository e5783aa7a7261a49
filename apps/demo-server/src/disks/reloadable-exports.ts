/**
 * Exports that can become others while they are served.
 *
 * Those that stay as they were keep their disks. One that goes is no longer listed or opened; its disk is closed when the
 * last connection lets go of it. A replacement that hangs, since a disk does not open, can be given up for another one.
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

/** What is served, or is about to be, or was and is still in use. */
interface Served {
  readonly what: string;
  readonly isFolder: boolean;
  readonly source: ServedExports;
  /** How many connections have it. */
  uses: number;
  isRetired: boolean;
  /** Whether all of it is open that is opened before a client comes. */
  isOpen: boolean;
}

export class ReloadableExports implements ExportSource {
  readonly #events: Pick<DiskEvents, 'closeFailed' | 'listFailed'>;
  #served: ReadonlyMap<string, Served> = new Map();
  /** What a replacement opens, or had begun to open when it was given up, by name. */
  #coming: ReadonlyMap<string, Served> = new Map();
  /** Those that are in use, and those that are being closed. */
  readonly #retired = new Set<Served>();
  /** Settled when what a failed replacement had opened is closed: the next one may want to open the same. */
  #cleared: Promise<unknown> = Promise.resolve();
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(events: Pick<DiskEvents, 'closeFailed' | 'listFailed'>) {
    this.#events = events;
  }

  /**
   * Serves these, at least one, in place of those that there are; the first is the default export unless one has the
   * empty name. Rejects with the failure of a disk that does not open; then all is as it was.
   *
   * When `signal` aborts, it rejects at once, with the names of those that are not open yet. The next replacement takes over
   * what it wants of them, so that a disk is not opened twice, and the others are closed when they are open.
   */
  async replace(plans: ExportPlans, signal?: AbortSignal): Promise<void> {
    const replacing = this.#last.then(() => this.#replace(plans, signal));
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

  /**
   * Begins what `close` does, and waits for those alone that are open by now. Rejects with the failures of those that do not
   * close.
   */
  async closeOpen(): Promise<void> {
    const open = this.#all().filter(({ isOpen }) => isOpen);
    // What the others come to is told to whoever waits for them.
    this.close().catch(() => undefined);
    await allClosed(open.map(({ source }) => source.close()));
  }

  #all(): readonly Served[] {
    return [...this.#served.values(), ...this.#coming.values(), ...this.#retired];
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    // One that is still being opened closes when it is open; those that have something to flush do not wait for it.
    await allClosed(this.#all().map(({ source }) => source.close()));
  }

  async #replace(plans: ExportPlans, signal: AbortSignal | undefined): Promise<void> {
    await unlessAborted(this.#cleared, signal);
    signal?.throwIfAborted();
    this.#mustBeOpen();
    const next = this.#planned(plans);
    const fresh = new Map([...next].filter(([name, one]) => this.#served.get(name) !== one));
    for (const [name, one] of this.#coming) if (fresh.get(name) !== one) this.#retire(one);
    this.#coming = fresh;
    try {
      await unlessAborted(Promise.all(Array.from(fresh.values(), openAll)), signal);
      this.#mustBeOpen();
    } catch (error) {
      if (signal?.aborted === true) throw givenUp(fresh, signal);
      this.#coming = new Map();
      this.#abandon(fresh);
      throw error;
    }
    const before = this.#served;
    this.#served = next;
    this.#coming = new Map();
    for (const [name, one] of before) if (next.get(name) !== one) this.#retire(one);
  }

  /** What is there already, or was left by a replacement that was given up, is not made anew. */
  #planned(plans: ExportPlans): ReadonlyMap<string, Served> {
    return new Map(
      Array.from(plans, ([name, { what, isFolder, make }]) => {
        const known = [this.#served.get(name), this.#coming.get(name)].find(
          (one) => one?.what === what,
        );
        const fresh = { what, isFolder, uses: 0, isRetired: false, isOpen: false };
        return [name, known ?? { ...fresh, source: make() }];
      }),
    );
  }

  /** Closes those that are open, and the others when they are. */
  #abandon(fresh: ReadonlyMap<string, Served>): void {
    const open = [...fresh.values()].filter(({ isOpen }) => isOpen);
    for (const one of fresh.values()) this.#retire(one);
    this.#cleared = Promise.allSettled(open.map(({ source }) => source.close()));
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

async function openAll(served: Served): Promise<void> {
  await served.source.openAll();
  served.isOpen = true;
}

function givenUp(fresh: ReadonlyMap<string, Served>, { reason }: AbortSignal): Error {
  const names = [...fresh]
    .filter(([, { isOpen }]) => !isOpen)
    .map(([name]) => JSON.stringify(name));
  return new Error(`not open yet: ${names.join(', ')}`, { cause: reason });
}

/** Answers what `work` does, and rejects as soon as `signal` aborts. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const over = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { signal: over.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    over.abort();
  }
}
