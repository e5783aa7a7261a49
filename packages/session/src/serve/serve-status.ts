/**
 * BLOCK_STATUS: what a disk says of a range, in its extents and in its other maps, as the statuses of meta
 * contexts, one after the other.
 *
 * Runs go straight into the reply as the disk tells them. A long map is told in parts, so that others have
 * their turn, and never all of it: see `StatusChunk`.
 */
import { AllocationFlag } from '@nbd/codec';
import {
  type Awaitable,
  checkExtents,
  checkRuns,
  type Driver,
  type Extent,
  type MapRun,
} from '@nbd/driver';
import type { ServerSession } from '../server/server-session.ts';
import type { Chunks } from '../server/transmission/chunks.ts';
import type { ExportFacts } from '../server/transmission/export-facts.ts';
import type { InFlight } from '../server/transmission/in-flight.ts';
import type { StatusChunk } from '../server/transmission/status-chunk.ts';
import { UsageError } from '../usage-error.ts';
import { mustStillFit } from './current-size.ts';
import { BASE_ALLOCATION } from './disk-contexts.ts';
import { attempt, type Gate, gateOf } from './gate.ts';
import { isPromise } from './is-promise.ts';
import type { Outcomes } from './outcomes.ts';

/** Runs that are told in one go: each may cost the disk a system call. */
const RUNS_PER_TURN = 4096;

export interface StatusesParts {
  readonly session: ServerSession;
  readonly driver: Driver;
  readonly facts: ExportFacts;
  readonly outcomes: Outcomes;
  /** Resolves when others have had their turn. */
  readonly breathe: () => Promise<void>;
}

export class Statuses {
  readonly #session: ServerSession;
  readonly #driver: Driver;
  readonly #facts: ExportFacts;
  readonly #outcomes: Outcomes;
  readonly #breathe: () => Promise<void>;
  readonly #gate: Gate | undefined;

  constructor({ session, driver, facts, outcomes, breathe }: StatusesParts) {
    this.#session = session;
    this.#driver = driver;
    this.#facts = facts;
    this.#outcomes = outcomes;
    this.#breathe = breathe;
    this.#gate = gateOf(driver);
  }

  serve(request: InFlight): void {
    const { chunks } = this.#session;
    if (chunks === undefined) throw new UsageError('a BLOCK_STATUS needs chunks');
    const answer = attempt(this.#gate, () => this.#describe(request, chunks, 0));
    if (!isPromise(answer)) return;
    void answer
      .catch((error: unknown) => {
        this.#outcomes.diskEnds(request);
        this.#outcomes.fail(request, error);
      })
      .then(this.#outcomes.answered, this.#outcomes.broken);
  }

  /** Sends the status of this context of the request, and of those behind it. */
  #describe(request: InFlight, chunks: Chunks, index: number): Awaitable<void> {
    const { contexts } = request;
    const context = contexts[index];
    if (context === undefined) return undefined;
    const isLast = index + 1 === contexts.length;
    const status = chunks.beginStatus(request, context.id);
    const send = () => {
      chunks.sendStatus(status, isLast);
      if (!isLast) return this.#describe(request, chunks, index + 1);
      this.#outcomes.finishStatus(request);
      return undefined;
    };
    const drop = (error: unknown) => {
      status.drop();
      throw error;
    };
    let told: Awaitable<void>;
    try {
      told = this.#tell(context.name, request, status);
    } catch (error) {
      return drop(error);
    }
    if (!isPromise(told)) return send();
    // What has been sent should be on its way while the next context is told.
    return told.then(send, drop).finally(this.#outcomes.answered);
  }

  #tell(contextName: string, request: InFlight, status: StatusChunk): Awaitable<void> {
    const driver = this.#driver;
    mustStillFit(driver, this.#facts, request);
    const { offset, length } = request;
    const lengthMax = this.#facts.size - offset;
    if (contextName === BASE_ALLOCATION) {
      if (driver.extents === undefined) {
        status.add(length, 0);
        return undefined;
      }
      const found = checkExtents(driver.extents(offset, length), lengthMax);
      return tellRuns(found, allocationFlags, status, this.#breathe);
    }
    const map = driver.maps?.find(({ name }) => name === contextName);
    if (map === undefined) throw new Error(`the map ${contextName} was there, and is no more`);
    const valueMax = map.wide === true ? Number.MAX_SAFE_INTEGER : 0xffff_ffff;
    const found = checkRuns(map.runs(offset, length), lengthMax, valueMax);
    return tellRuns(found, valueOf, status, this.#breathe);
  }
}

function allocationFlags({ hole, zero }: Extent): number {
  return (hole ? AllocationFlag.HOLE : 0) | (zero ? AllocationFlag.ZERO : 0);
}

function valueOf({ value }: MapRun): number {
  return value;
}

/** Adds the runs to the status, until it wants no more. */
function tellRuns<Run extends { readonly length: number }>(
  runs: Iterable<Run> | AsyncIterable<Run>,
  flagsOf: (run: Run) => number,
  status: StatusChunk,
  breathe: () => Promise<void>,
): Awaitable<void> {
  const add = (run: Run) => status.add(run.length, flagsOf(run));
  if (Symbol.iterator in runs) return tellNow(runs[Symbol.iterator](), add, breathe);
  return tellLater(runs, add, breathe);
}

function tellNow<Run>(
  runs: Iterator<Run>,
  add: (run: Run) => boolean,
  breathe: () => Promise<void>,
): Awaitable<void> {
  for (let told = 0; told < RUNS_PER_TURN; told++) {
    const next = runs.next();
    if (next.done === true) return undefined;
    if (!add(next.value)) {
      runs.return?.();
      return undefined;
    }
  }
  return breathe().then(
    () => tellNow(runs, add, breathe),
    (error: unknown) => {
      runs.return?.();
      throw error;
    },
  );
}

/** Promises that settle at once keep everything else from its turn too. */
async function tellLater<Run>(
  runs: AsyncIterable<Run>,
  add: (run: Run) => boolean,
  breathe: () => Promise<void>,
): Promise<void> {
  let told = 0;
  for await (const run of runs) {
    if (!add(run)) return;
    if (++told % RUNS_PER_TURN === 0) await breathe();
  }
}
