/**
 * Finds those among whom nothing has gone on for too long. It looks at all of them several times within that time,
 * so that it costs nothing while they work, and reads no clock.
 */

/** How many looks there are within the time. Who stands still is found after it, and after a quarter more at the latest. */
const LOOKS = 4;

export interface StandstillWatchOptions<Subject> {
  /** How long one may stand still, milliseconds. */
  readonly millis: number;
  readonly subjects: Iterable<Subject>;
  /** A number that is another one whenever something has gone on; undefined: there is nothing to wait for. */
  readonly markOf: (subject: Subject) => number | undefined;
  /** Told of one that has stood still, at each look while it still does. */
  readonly found: (subject: Subject) => void;
}

interface Sighting {
  readonly mark: number;
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

  /** Looks once: whoever was the same for as many looks as there are in the time is found. */
  look(): void {
    const { subjects, markOf, found } = this.#options;
    for (const subject of subjects) {
      const mark = markOf(subject);
      const sighting = this.#sightings.get(subject);
      if (mark === undefined) this.#sightings.delete(subject);
      else if (sighting?.mark !== mark) this.#sightings.set(subject, { mark, looks: 0 });
      else if (++sighting.looks >= LOOKS) found(subject);
    }
  }
}
