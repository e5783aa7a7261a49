/**
 * Finds those among whom nothing, or next to nothing, has gone on for too long. It looks at all of them several times within
 * that time, so that it costs nothing while they work, and reads no clock.
 */

/** How many looks there are within the time. Who stands still is found after it, and after a quarter more at the latest. */
const LOOKS = 4;

/** What a subject has done of something. */
export interface Progress {
  /** What it is doing. Another number, and it has come to something else. */
  readonly task: number;
  /** How much it has done of it; never less than before. */
  readonly amount: number;
}

export interface StandstillWatchOptions<Subject> {
  /** How long one may stand still, milliseconds. */
  readonly millis: number;
  /** Who does less than so much of one task within that time stands still. */
  readonly amountMin: number;
  readonly subjects: Iterable<Subject>;
  /** Undefined: there is nothing to wait for. */
  readonly progressOf: (subject: Subject) => Progress | undefined;
  /** Told of one that has stood still, at each look while it still does. */
  readonly found: (subject: Subject) => void;
}

interface Sighting {
  readonly progress: Progress;
  looks: number;
}

export class StandstillWatch<Subject extends object> {
  readonly #options: StandstillWatchOptions<Subject>;
  readonly #sightings = new WeakMap<Subject, Sighting>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StandstillWatchOptions<Subject>) {
    this.#options = options;
  }

  /** Looks from now on. It keeps no process alive. */
  start(): void {
    const period = Math.ceil(this.#options.millis / LOOKS);
    this.#timer = setInterval(() => this.look(), period);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Looks once: who has not done enough in as many looks as there are in the time is found. */
  look(): void {
    const { subjects, progressOf, found } = this.#options;
    for (const subject of subjects) {
      const progress = progressOf(subject);
      const sighting = this.#sightings.get(subject);
      if (progress === undefined) this.#sightings.delete(subject);
      else if (sighting === undefined || this.#hasGoneOn(sighting.progress, progress)) {
        this.#sightings.set(subject, { progress, looks: 0 });
      } else if (++sighting.looks >= LOOKS) found(subject);
    }
  }

  #hasGoneOn(before: Progress, now: Progress): boolean {
    return now.task !== before.task || now.amount - before.amount >= this.#options.amountMin;
  }
}
