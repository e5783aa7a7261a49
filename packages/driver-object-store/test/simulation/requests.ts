/** What hosts ask of their disks, and what their reigns hold once they are answered, or must have held. */
import type { Host, Operation } from './host.ts';
import { filled, sectorsOf } from './sectors.ts';

export interface RequestsOptions {
  readonly sectorBytes: number;
  /** Throws if the host may not answer now what it has not asked the store. Absent: it always may. */
  readonly checkAnswer?: (host: Host) => void;
  /** Told what went wrong. */
  readonly failed: (fault: unknown) => void;
}

export class Requests {
  readonly #sectorBytes: number;
  readonly #checkAnswer: (host: Host) => void;
  readonly #failed: (fault: unknown) => void;

  constructor({ sectorBytes, checkAnswer = () => {}, failed }: RequestsOptions) {
    this.#sectorBytes = sectorBytes;
    this.#checkAnswer = checkAnswer;
    this.#failed = failed;
  }

  /** Begins a write of one value, or of zeroes if it is 0. Sectors that follow each other. */
  write(host: Host, sectors: readonly number[], value: number, fua: boolean): void {
    const { driver, reign } = host;
    if (driver === undefined || reign === undefined) return;
    if (sectors.some((sector) => host.busy.has(sector))) return;
    reign.issue(sectors, value);
    for (const sector of sectors) host.busy.add(sector);
    const offset = (sectors[0] ?? 0) * this.#sectorBytes;
    const length = sectors.length * this.#sectorBytes;
    const release = () => {
      for (const sector of sectors) host.busy.delete(sector);
    };
    const answered = () => {
      if (!fua) this.#checkAnswer(host);
      release();
      reign.answer(sectors);
      if (fua) reign.flushed(reign.mark(), sectors);
    };
    const begin = () =>
      value === 0
        ? driver.zero?.(offset, length, { fua, mayTrim: true, fast: false })
        : driver.write?.(filled(length, value), offset, { fua });
    this.operate(host, begin, answered, release);
  }

  flush(host: Host): void {
    const { driver, reign } = host;
    if (driver === undefined || reign === undefined) return;
    const mark = reign.mark();
    this.operate(
      host,
      () => driver.flush?.(),
      () => reign.flushed(mark),
    );
  }

  /** Sectors that follow each other. */
  read(host: Host, sectors: readonly number[]): void {
    const { driver, reign } = host;
    const [first] = sectors;
    if (driver === undefined || reign === undefined || first === undefined) return;
    const mark = reign.mark();
    const target = new Uint8Array(sectors.length * this.#sectorBytes).fill(0xee);
    const answered = () => {
      this.#checkAnswer(host);
      for (const [i, value] of sectorsOf(target, this.#sectorBytes).entries()) {
        if (reign.mayRead(mark, first + i, value)) continue;
        throw new Error(`host ${host.number}: sector ${first + i} reads as ${value}`);
      }
    };
    this.operate(host, () => driver.read(target, first * this.#sectorBytes), answered);
  }

  close(host: Host): void {
    const { driver, reign } = host;
    if (driver === undefined || reign === undefined || host.operations > 0) return;
    const mark = reign.mark();
    host.driver = undefined;
    this.operate(
      host,
      () => driver.close?.(),
      () => reign.flushed(mark),
    );
  }

  /** Begins anything else. */
  operate(
    host: Host,
    begin: Operation,
    answered: () => void,
    refused: () => void = () => {},
  ): void {
    void this.#await(host.operate(begin, host.driver === undefined), answered, refused);
  }

  async #await(
    operation: ReturnType<Host['operate']>,
    answered: () => void,
    refused: () => void,
  ): Promise<void> {
    const outcome = await operation;
    try {
      if (outcome instanceof Error) throw outcome;
      (outcome === 'answered' ? answered : refused)();
    } catch (fault) {
      this.#failed(fault);
    }
  }
}
