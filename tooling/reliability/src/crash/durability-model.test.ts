import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BROKEN, type Change, DurabilityModel, type Fate } from './durability-model.ts';
import { FOREIGN, ZEROES } from '../stamped-blocks.ts';
import { SimulatedDisk } from '../../test/simulated-disk.ts';

const BLOCKS = 4;
const CONNECTIONS = 3;

/** One step of a run: something is asked, done by the disk or answered, or the disk crashes. `pick` says which, or how. */
const steps = fc.array(
  fc.record({
    what: fc.constantFrom('change', 'change', 'flush', 'do', 'do', 'answer', 'answer', 'crash'),
    pick: fc.nat(1000),
    connection: fc.nat(CONNECTIONS - 1),
    fua: fc.boolean(),
    zero: fc.boolean(),
    first: fc.nat(BLOCKS - 1),
    count: fc.integer({ min: 1, max: BLOCKS }),
  }),
  { maxLength: 80 },
);
type Step = (typeof steps extends fc.Arbitrary<infer T> ? T : never)[number];

interface Request {
  done: boolean;
  do(): void;
  answer(): void;
}

/** A model and a disk that keeps its promises, through the steps of a run. */
class Run {
  readonly model = new DurabilityModel({ blocks: BLOCKS, flushCoversAll: true });
  readonly disk = new SimulatedDisk(BLOCKS);
  /** Of all blocks after all crashes. */
  readonly fates: Fate[] = [];
  #requests: Request[] = [];
  #stamp = 0;

  take(step: Step): void {
    if (step.what === 'change') this.#ask(step);
    if (step.what === 'flush') this.#askFlush(step.connection);
    if (step.what === 'crash') {
      this.crash((count) => step.pick % count);
    }
    const request = this.#requests[step.pick % this.#requests.length];
    if (request === undefined) return;
    if (step.what === 'do' || step.what === 'answer') {
      if (!request.done) request.do();
      request.done = true;
    }
    if (step.what === 'answer') {
      this.#requests = this.#requests.filter((other) => other !== request);
      request.answer();
    }
  }

  crash(choose: (count: number) => number): void {
    this.disk.crash(choose);
    this.#requests = [];
    for (let block = 0; block < BLOCKS; block++) {
      this.fates.push(this.model.fate(block, this.disk.found(block)));
    }
    this.model.restart((block) => this.disk.found(block));
  }

  #ask({ zero, first, count, connection, fua }: Step): void {
    this.#stamp += 1;
    const stamp = zero ? ZEROES : this.#stamp;
    const length = Math.min(count, BLOCKS - first);
    const pending = this.model.changeAsked({ stamp, first, count: length, connection, fua });
    this.#requests.push({
      done: false,
      do: () => this.disk.do(pending),
      answer: () => this.model.changeAnswered(pending),
    });
  }

  #askFlush(connection: number): void {
    const pending = this.model.flushAsked(connection);
    this.#requests.push({
      done: false,
      do: () => this.disk.flush(),
      answer: () => this.model.flushAnswered(pending),
    });
  }
}

function runOf(taken: readonly Step[]): Run {
  const run = new Run();
  for (const step of taken) run.take(step);
  return run;
}

function change(fields: Partial<Change>): Change {
  return { stamp: 1001, first: 0, count: 1, connection: 0, fua: false, ...fields };
}

/** With nothing in flight. */
function crashed(run: Run): Run {
  run.crash(() => 0);
  return run;
}

function fresh(flushCoversAll = true): DurabilityModel {
  return new DurabilityModel({ blocks: 2, flushCoversAll });
}

describe('after any run', () => {
  it('a disk that keeps its promises is not accused, in whatever order it does things', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (taken, pick) => {
        const run = runOf(taken);
        run.crash((count) => pick % count);
        expect(run.fates.filter((fate) => BROKEN.includes(fate))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('a change that was answered, and then a flush that lied, are a loss', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const { model, disk } = crashed(runOf(taken));
        model.changeAnswered(model.changeAsked(change({})));
        model.flushAnswered(model.flushAsked(1));
        disk.crash(() => 0);
        expect(model.fate(0, disk.found(0))).toBe('lost');
      }),
    );
  });

  it('a change with FUA that was answered and not kept is a loss', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const { model, disk } = crashed(runOf(taken));
        model.changeAnswered(model.changeAsked(change({ fua: true })));
        disk.crash(() => 0);
        expect(model.fate(0, disk.found(0))).toBe('lost');
      }),
    );
  });
});

describe('a model', () => {
  it('lets a change go that was answered and not flushed, and knows that it did', () => {
    const model = fresh();
    model.changeAnswered(model.changeAsked(change({})));
    expect(model.fate(0, [1001])).toBe('latest');
    expect(model.fate(0, [ZEROES])).toBe('rolled-back');
    expect(model.fate(1, [ZEROES])).toBe('latest');
  });

  it('holds a flush to what was answered before it was asked for, and to no more', () => {
    const model = fresh();
    const late = model.changeAsked(change({ stamp: 1, first: 0 }));
    const early = model.changeAsked(change({ stamp: 2, first: 1 }));
    model.changeAnswered(early);
    const flush = model.flushAsked(0);
    model.changeAnswered(late);
    model.flushAnswered(flush);
    expect(model.fate(0, [ZEROES])).toBe('rolled-back');
    expect(model.fate(1, [ZEROES])).toBe('lost');
  });

  it('holds a flush to other connections only where the export is CAN_MULTI_CONN', () => {
    for (const flushCoversAll of [true, false]) {
      const model = fresh(flushCoversAll);
      model.changeAnswered(model.changeAsked(change({ connection: 0 })));
      model.flushAnswered(model.flushAsked(1));
      expect(model.fate(0, [ZEROES])).toBe(flushCoversAll ? 'lost' : 'rolled-back');
      model.flushAnswered(model.flushAsked(0));
      expect(model.fate(0, [ZEROES])).toBe('lost');
    }
  });

  it('accepts either of two changes that met, even though one of them is durable', () => {
    const model = fresh();
    const one = model.changeAsked(change({ stamp: 1, fua: true }));
    const other = model.changeAsked(change({ stamp: 2 }));
    model.changeAnswered(one);
    model.changeAnswered(other);
    expect(model.allowed(0)).toEqual(new Set([1, 2]));
    expect(model.fate(0, [ZEROES])).toBe('lost');
  });

  it('lets a block be torn by a change in flight alone, between what may be there', () => {
    const model = fresh();
    model.changeAnswered(model.changeAsked(change({ stamp: 1, fua: true })));
    expect(model.fate(0, [1, ZEROES])).toBe('torn');
    model.changeAsked(change({ stamp: 2 }));
    expect(model.fate(0, [1, 2])).toBe('torn-in-flight');
    expect(model.fate(0, [2, ZEROES])).toBe('torn');
    expect(model.fate(0, [1, FOREIGN])).toBe('foreign');
  });

  it('after a crash goes on from what was found, and knows nothing of a torn block until it is durable again', () => {
    const model = fresh();
    model.changeAsked(change({ stamp: 1, count: 2 }));
    model.restart((block) => (block === 0 ? [1, ZEROES] : [1]));
    expect(model.fate(0, [5])).toBe('latest');
    expect(model.fate(1, [ZEROES])).toBe('lost');
    model.changeAnswered(model.changeAsked(change({ stamp: 2, fua: true })));
    expect(model.fate(0, [5])).toBe('lost');
  });
});
