/**
 * Exports from a table: disks known by name from the start, each shared by all connections.
 */
import { allClosed, flushAndClose } from './close-disks.ts';
import type { Awaitable, Driver } from './driver.ts';
import { DriverError } from './driver-error.ts';
import type { ExportListing, ExportSource, OpenExport } from './export-source.ts';
import { checkExportText } from './export-text.ts';
import { isDriver, notDriver } from './is-driver.ts';
import { SharedDisk } from './shared-disk.ts';

/** A disk, a function that opens it, or either with more about it. A function is called at the first use. */
export type ExportDefinition = Driver | (() => Awaitable<Driver>) | DescribedExport;

interface DescribedExport {
  readonly driver: Driver | (() => Awaitable<Driver>);
  /** One line for people: at most 4096 bytes of UTF-8, without NUL. */
  readonly description?: string;
  /** "require": for connections under TLS only. Absent: for all. */
  readonly tls?: 'require';
}

/** The source that `exportTable` makes: it owns its disks. */
export interface ExportTable extends ExportSource {
  /** All exports, in the order of the table. */
  list(): Iterable<ExportListing>;

  open(name: string): Awaitable<OpenExport | undefined>;

  /** Whether the table says so of that export; the empty name is the default export. */
  requiresTls(name: string): boolean;

  /**
   * Opens every disk now rather than at its first use, so that a program can fail at its start.
   * Rejects with an `Error` that names the export and has the fault as its `cause`; the disks that
   * did open stay open until `close`.
   */
  openAll(): Promise<void>;

  /** Flushes and closes each disk that is open, once, also one under two names. Later calls answer the same. */
  close(): Promise<void>;
}

/**
 * A source of the exports in `table`. Disks belong to it: each is opened once, at its first use, and
 * closed by `close`; one that was given already open is closed even if it was never used. A failed
 * opening is tried again at the next use.
 *
 * The default export, which a client asks for by the empty name, is the one named '' or else the
 * first. An object puts names that are whole numbers first: give pairs, or a `Map`, where the order
 * matters and such names may occur.
 *
 * Throws a `TypeError` for an empty table, a name given twice, a name or description that is over 4096
 * bytes of UTF-8 or holds a NUL, a `tls` that is neither "require" nor absent, and what is no definition or has more
 * than one can have. A closed source refuses with `DriverError("ESHUTDOWN")`.
 */
export function exportTable(
  table:
    | Readonly<Record<string, ExportDefinition>>
    | Iterable<readonly [name: string, definition: ExportDefinition]>,
): ExportTable {
  const entries = entriesOf(Symbol.iterator in table ? table : Object.entries(table));
  const [first] = entries.values();
  if (first === undefined) throw new TypeError('export table: expected an export, found none');
  const defaultEntry = entries.get('') ?? first;
  let closing: Promise<void> | undefined;
  const find = (name: string): Entry | undefined =>
    name === '' ? defaultEntry : entries.get(name);

  return {
    list: () => Array.from(entries.values(), (entry) => entry.listing),

    open(name) {
      const entry = find(name);
      if (entry === undefined) return undefined;
      if (closing !== undefined) throw new DriverError('ESHUTDOWN', 'the export table is closed');
      const driver = entry.disk.open();
      return 'read' in driver ? openExport(entry, driver) : openExportLater(entry, driver);
    },

    requiresTls: (name) => find(name)?.requiresTls === true,

    async openAll() {
      if (closing !== undefined) throw new DriverError('ESHUTDOWN', 'the export table is closed');
      await Promise.all(Array.from(entries.values(), openAtStart));
    },

    close() {
      closing ??= closeAll(entries.values());
      return closing;
    },
  };
}

interface Entry {
  readonly listing: ExportListing;
  readonly disk: SharedDisk;
  readonly requiresTls: boolean;
}

/** A `Map`, so that a name such as "constructor" is no more than a name. */
function entriesOf(
  table: Iterable<readonly [string, ExportDefinition]>,
): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const [name, definition] of table) {
    const what = `export ${JSON.stringify(name.slice(0, 64))}`;
    checkExportText(`${what}: name`, name);
    if (entries.has(name)) throw new TypeError(`${what}: expected once, found twice`);
    if (typeof definition === 'function' || isDriver(definition)) {
      const disk = new SharedDisk(definition);
      entries.set(name, { listing: { name }, disk, requiresTls: false });
      continue;
    }
    const { driver, description, tls } = partsOf(what, definition);
    if (description !== undefined) checkExportText(`${what}: description`, description);
    const listing = { name, ...(description !== undefined && { description }) };
    const requiresTls = isRequired(what, tls);
    entries.set(name, { listing, disk: new SharedDisk(driver), requiresTls });
  }
  return entries;
}

const PARTS: readonly string[] = [
  'driver',
  'description',
  'tls',
] satisfies (keyof DescribedExport)[];

/** A program without types may give anything, and finds out now rather than with its first client. */
function partsOf(what: string, definition: DescribedExport): DescribedExport {
  const found: unknown = definition;
  const isDescribed = typeof found === 'object' && found !== null && 'driver' in found;
  const driver = isDescribed ? found.driver : found;
  if (typeof driver !== 'function' && !isDriver(driver)) throw notDriver(driver, `${what}: `);
  const stray = Object.keys(definition).find((key) => !PARTS.includes(key));
  if (stray === undefined) return definition;
  throw new TypeError(`${what}: expected ${PARTS.join(', ')}, found ${JSON.stringify(stray)}`);
}

/** From a configuration it may be anything, and a demand that is misspelt must not be passed over. */
function isRequired(what: string, tls: unknown): boolean {
  if (tls === undefined || tls === 'require') return tls === 'require';
  throw new TypeError(`${what}: tls must be "require" or absent, found ${JSON.stringify(tls)}`);
}

/** The end of one connection's use leaves the disk to the others. */
function openExport({ listing }: Entry, driver: Driver): OpenExport {
  return { ...listing, driver, close: () => undefined };
}

async function openExportLater(entry: Entry, driver: Promise<Driver>): Promise<OpenExport> {
  return openExport(entry, await driver);
}

async function openAtStart({ listing, disk }: Entry): Promise<void> {
  try {
    await disk.open();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const name = JSON.stringify(listing.name);
    throw new Error(`export ${name} cannot be opened: ${reason}`, { cause });
  }
}

/** Each as soon as it is open: one that does not open keeps no other from its end. */
async function closeAll(entries: Iterable<Entry>): Promise<void> {
  const closed = new Set<Driver>();
  const closeOne = async ({ disk }: Entry): Promise<void> => {
    const driver = await disk.opened();
    if (driver === undefined || closed.has(driver)) return;
    closed.add(driver);
    await flushAndClose(driver);
  };
  await allClosed(Array.from(entries, closeOne));
}
