/** The client of one export: requests in the words of a disk, over a group of links. */
import { CommandFlag, TransmissionFlag } from '@nbd/codec';
import type { ClientRequest, ClientSession, StatusExtent } from '@nbd/session';
import type { ChangeRecord } from './change-record.ts';
import type {
  ChangeOptions,
  Client,
  Extent,
  ExtentsOptions,
  RequestOptions,
  ZeroOptions,
} from './client.ts';
import type { Capabilities, ExportInfo, ExportListing } from './export-info.ts';
import { abortable } from './deadline.ts';
import type { LinkGroup } from './link-group.ts';
import { NbdError } from './nbd-error.ts';
import { alignedDown, checkRange, type Piece } from './range.ts';
import type { Errand, RequestDesk } from './request-desk.ts';
import { walkExtents } from './walk-extents.ts';

/**
 * What a request with 32-bit lengths can cover, bytes: whole blocks of any lawful size, since nbdkit 1.32
 * does not survive a BLOCK_STATUS that ends inside one of its pages.
 */
const LENGTH_MAX_32 = 2 ** 32 - 65_536;

/** The most that we put into one READ or WRITE, whatever the server would take, bytes. */
const PAYLOAD_MAX = 32 * 2 ** 20;

export interface ExportClientOptions {
  readonly info: ExportInfo;
  readonly group: LinkGroup;
  readonly desk: RequestDesk;
  readonly changes: ChangeRecord;
  /** Whether lost changes are sent again. */
  readonly repeatChanges: boolean;
  readonly list: Client['list'];
}

export class ExportClient implements Client {
  readonly info: ExportInfo;
  readonly #group: LinkGroup;
  readonly #desk: RequestDesk;
  readonly #changes: ChangeRecord;
  readonly #repeatChanges: boolean;
  readonly #list: Client['list'];
  readonly #payloadMax: number;
  readonly #lengthMax: number;
  #closing: Promise<void> | undefined;
  /** Aborted by the signal of any call of `close`. */
  readonly #cut = new AbortController();

  constructor({ info, group, desk, changes, repeatChanges, list }: ExportClientOptions) {
    this.info = info;
    this.#group = group;
    this.#desk = desk;
    this.#changes = changes;
    this.#repeatChanges = repeatChanges;
    this.#list = list;
    const { minimum, payloadMax } = info.blockSize;
    this.#payloadMax = alignedDown(Math.min(payloadMax, PAYLOAD_MAX), minimum);
    this.#lengthMax = info.framing === 'extended' ? Number.MAX_SAFE_INTEGER : LENGTH_MAX_32;
  }

  get size(): number {
    return this.#group.size;
  }

  get connections(): number {
    return this.#group.openCount;
  }

  get ended(): Error | undefined {
    return this.#group.end;
  }

  async read(offset: number, length: number, options: RequestOptions = {}): Promise<Uint8Array> {
    this.#checkRange({ offset, length });
    const target = new Uint8Array(length);
    await this.#read(target, offset, options.signal);
    return target;
  }

  async readInto(target: Uint8Array, offset: number, options: RequestOptions = {}): Promise<void> {
    if (options.signal !== undefined) {
      // Once aborted, a reply may still come, and must find memory that is nobody else's.
      target.set(await this.read(offset, target.length, options));
      return;
    }
    this.#checkRange({ offset, length: target.length });
    await this.#read(target, offset, undefined);
  }

  async write(source: Uint8Array, offset: number, options: ChangeOptions = {}): Promise<void> {
    const flags = this.#changeFlags('write', options);
    const range = { offset, length: source.length };
    this.#checkRange(range);
    // Once aborted, the socket may still be sending, and must find the bytes as they were. Of a Buffer a slice is no copy.
    const bytes = options.signal === undefined ? source : new Uint8Array(source);
    await this.#change(range, { ...options, data: true }, (session, piece) =>
      session.write(within(bytes, offset, piece), piece.offset, flags),
    );
  }

  async flush({ signal }: RequestOptions = {}): Promise<void> {
    // K-033: a flush covers what is answered, so what was asked for before is waited for.
    const first = (): Promise<void> => this.#desk.changesSettled();
    if (!this.info.can.flush) return;
    let mark: number | undefined;
    const { told } = this.#changes;
    const make = (session: ClientSession): ClientRequest => {
      if (this.#changes.takeDoubt(told)) throw doubt();
      mark = this.#changes.mark;
      return session.flush();
    };
    try {
      await this.#desk.ask({ make, mayRepeat: never, signal }, first);
      if (mark !== undefined) this.#changes.flushed(mark);
    } catch (error) {
      // Whoever is told that a flush was lost need not be told again by the next one.
      if (error instanceof NbdError && error.code === 'ECONNRESET') this.#changes.takeDoubt(told);
      throw error;
    }
  }

  async trim(offset: number, length: number, options: ChangeOptions = {}): Promise<void> {
    const flags = this.#changeFlags('trim', options);
    this.#checkRange({ offset, length });
    await this.#change({ offset, length }, { ...options, data: false }, (session, piece) =>
      session.trim(piece.offset, piece.length, flags),
    );
  }

  async zero(offset: number, length: number, options: ZeroOptions = {}): Promise<void> {
    const { noHole = false, fast = false } = options;
    const flags =
      this.#changeFlags('zero', options) |
      (noHole ? CommandFlag.NO_HOLE : 0) |
      (fast ? CommandFlag.FAST_ZERO : 0);
    if (fast) this.#checkCan('fastZero');
    this.#checkRange({ offset, length });
    await this.#change({ offset, length }, { ...options, data: false }, (session, piece) =>
      session.zero(piece.offset, piece.length, flags),
    );
  }

  async cache(offset: number, length: number, { signal }: RequestOptions = {}): Promise<void> {
    this.#checkCan('cache');
    this.#checkRange({ offset, length });
    // Not as long as the wire would let us: qemu refuses a CACHE above its largest payload.
    await this.#ask({ offset, length }, this.#payloadMax, false, signal, (session, piece) =>
      session.cache(piece.offset, piece.length),
    );
  }

  async resize(size: number, { signal }: RequestOptions = {}): Promise<void> {
    this.#checkCan('resize');
    const make = (session: ClientSession): ClientRequest => session.resize(size);
    await this.#desk.ask({ make, mayRepeat: never, signal }, () => this.#desk.changesSettled());
    this.#group.size = size;
  }

  async *extents(options: ExtentsOptions = {}): AsyncGenerator<Extent, void, undefined> {
    const { context = 'base:allocation', offset = 0, signal } = options;
    const { minimum } = this.info.blockSize;
    const rest = Math.max(this.size - offset, 0);
    const length = options.length ?? rest - (rest % minimum);
    this.#checkRange({ offset, length });
    yield* walkExtents({ context, offset, length, minimum }, (piece) => {
      this.#checkRange(piece);
      return this.#statusOf(piece, context, signal);
    });
  }

  list(options: RequestOptions = {}): Promise<readonly ExportListing[]> {
    return this.#list(options);
  }

  close({ signal }: RequestOptions = {}): Promise<void> {
    this.#closing ??= this.#desk.close(this.#cut.signal);
    if (signal !== undefined) void abortable(this.#closing, signal).catch(() => this.#cut.abort());
    return this.#closing;
  }

  async #read(target: Uint8Array, offset: number, signal: AbortSignal | undefined): Promise<void> {
    const range = { offset, length: target.length };
    await this.#ask(range, this.#payloadMax, true, signal, (session, piece) =>
      session.read(within(target, offset, piece), piece.offset),
    );
  }

  /** A request that changes nothing, and can be repeated as often as one likes. */
  async #ask(
    range: Piece,
    lengthMax: number,
    carriesData: boolean,
    signal: AbortSignal | undefined,
    make: (session: ClientSession, piece: Piece) => ClientRequest,
  ): Promise<void> {
    await this.#desk.perform({
      range,
      lengthMax,
      carriesData,
      changes: false,
      signal,
      run: (piece) =>
        this.#group.run({
          make: (session) => make(session, piece),
          mayRepeat: always,
          signal,
        }),
    });
  }

  /** A change, of which each piece is on record until it is answered. */
  async #change(
    range: Piece,
    { fua = false, signal, data }: ChangeOptions & { readonly data: boolean },
    make: (session: ClientSession, piece: Piece) => ClientRequest,
  ): Promise<void> {
    const run: Errand['run'] = async (piece) => {
      const change = this.#changes.begin(piece);
      let outcome: 'failed' | 'durable' | 'done' = 'failed';
      try {
        await this.#group.run({
          make: (session) => make(session, piece),
          mayRepeat: () => this.#repeatChanges && !change.overtaken,
          signal,
        });
        outcome = fua ? 'durable' : 'done';
      } finally {
        this.#changes.settle(change, outcome);
      }
    };
    const lengthMax = data ? this.#payloadMax : this.#lengthMax;
    await this.#desk.perform({ range, lengthMax, carriesData: data, changes: true, signal, run });
  }

  async #statusOf(
    { offset, length }: Piece,
    context: string,
    signal: AbortSignal | undefined,
  ): Promise<readonly StatusExtent[]> {
    const make = (session: ClientSession): ClientRequest => {
      const { contexts = [], transmissionFlags = 0 } = session.entered ?? {};
      const found = contexts.find(({ name }) => name === context);
      if (found === undefined) throw new NbdError('ENOTSUP', `${context} is not selected`);
      const canFilter = (transmissionFlags & TransmissionFlag.BLOCK_STATUS_PAYLOAD) !== 0;
      const wanted = canFilter && contexts.length > 1 ? [found.id] : undefined;
      return session.blockStatus(offset, Math.min(length, this.#lengthMax), 0, wanted);
    };
    const statuses = await this.#desk.ask({ make, mayRepeat: always, signal });
    return statuses.find((status) => status.context.name === context)?.extents ?? [];
  }

  /** The flags of a change, if the export can do it. */
  #changeFlags(capability: 'write' | 'trim' | 'zero', { fua = false }: ChangeOptions): number {
    if (!this.info.can.write) throw new NbdError('EPERM', 'the export is read-only');
    this.#checkCan(capability);
    if (!fua) return 0;
    this.#checkCan('fua');
    return CommandFlag.FUA;
  }

  #checkCan(capability: keyof Capabilities): void {
    if (this.info.can[capability]) return;
    throw new NbdError('ENOTSUP', `the export does not offer ${capability}`);
  }

  #checkRange({ offset, length }: Piece): void {
    checkRange(offset, length, this.size, this.info.blockSize.minimum);
  }
}

/** The part of `bytes`, which begin at `offset` of the export, that belongs to `piece`. */
function within(bytes: Uint8Array, offset: number, piece: Piece): Uint8Array {
  const at = piece.offset - offset;
  return bytes.subarray(at, at + piece.length);
}

function always(): boolean {
  return true;
}

function never(): boolean {
  return false;
}

function doubt(): NbdError {
  return new NbdError(
    'ECONNRESET',
    'the connection was lost since the last flush, and with it maybe changes that were answered',
  );
}
