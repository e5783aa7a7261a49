/**
 * Time and a network between hosts and a store, in which nothing happens by itself: each request and each answer is a
 * message that waits until it is delivered or lost, and each timer waits for the clock to be moved.
 */
import type { ObjectStore } from '../../src/index.ts';
import { StoreError } from '../../src/index.ts';
import type { Clock } from '../../src/surroundings.ts';

/** A host as the world sees it: a process that may stand still, and may be gone. */
export interface Process {
  isPaused: boolean;
  isGone: boolean;
}

/** How many messages or ticks may pass until nobody waits. */
const STEPS_MAX = 5000;

interface Message {
  readonly process: Process;
  /** Requests arrive whatever has become of who has sent them. */
  readonly isRequest: boolean;
  /** Whether the request changes something. */
  readonly isChange: boolean;
  arrive(): void;
  /** The caller hears that there is no answer. */
  fail(): void;
}

interface Timer {
  readonly process: Process;
  readonly due: number;
  readonly task: () => void;
}

export class World {
  #now = 0;
  #messages: Message[] = [];
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  /** How many messages can be delivered. */
  get waiting(): number {
    return this.#deliverable().length;
  }

  clockOf(process: Process): Clock {
    return {
      now: () => this.#now,
      date: () => this.#now,
      after: (millis, task) => {
        const timer = { process, due: this.#now + millis, task };
        this.#timers.add(timer);
        return () => this.#timers.delete(timer);
      },
    };
  }

  /** The store as a process reaches it. */
  link(process: Process, store: ObjectStore): ObjectStore {
    const send = <Answer>(isChange: boolean, effect: () => Promise<Answer>): Promise<Answer> =>
      new Promise((resolve, reject) => {
        const fail = () => {
          const code = isChange ? 'ambiguous' : 'unreachable';
          this.#answer(process, () => reject(new StoreError(code, 'no answer')));
        };
        const arrive = () => {
          const answer = effect();
          const tell = () => void answer.then(resolve, reject);
          const message = { process, isRequest: false, isChange, arrive: tell, fail };
          this.#messages.push(message);
        };
        this.#messages.push({ process, isRequest: true, isChange, arrive, fail });
      });
    return {
      name: store.name,
      get: (key, options) => send(false, () => store.get(key, options)),
      put: (key, parts, options) => {
        const body = parts.map((part) => part.slice());
        return send(true, () => store.put(key, body, options));
      },
      delete: (key) => send(true, () => store.delete(key)),
      // Each for itself, as a store does it: some may be gone, and others come late or never.
      deleteMany: async (keys) => {
        await Promise.all(keys.map((key) => send(true, () => store.delete(key))));
        return [];
      },
      list: (prefix, options) => send(false, () => store.list(prefix, options)),
      close: () => store.close(),
    };
  }

  /** Delivers one message, the one that `choice` falls on. */
  deliver(choice: number): void {
    this.#take(choice)?.arrive();
  }

  /** Loses one message for good: who waits for the answer hears that there is none. */
  lose(choice: number): void {
    this.#take(choice)?.fail();
  }

  /** The sender of a change hears that there is no answer, while the request is still on its way. */
  delay(choice: number): void {
    const message = this.#take(choice);
    if (message === undefined) return;
    message.fail();
    if (!message.isRequest || !message.isChange) return;
    const nobody: Process = { isPaused: false, isGone: true };
    this.#messages.push({ ...message, process: nobody, fail: () => {} });
  }

  /** Moves the clock, and lets timers go off, those of processes that stand still excepted. */
  tick(millis: number): void {
    this.#now += millis;
    this.fireTimers();
  }

  fireTimers(): void {
    const due = [...this.#timers].filter(
      (timer) => timer.due <= this.#now && !timer.process.isPaused,
    );
    for (const timer of due.toSorted((one, other) => one.due - other.due)) {
      if (!this.#timers.delete(timer) || timer.process.isGone) continue;
      timer.task();
    }
  }

  /** Delivers what has waited longest, and moves the clock where nothing does, until `isOver`. */
  async runUntil(isOver: () => boolean): Promise<void> {
    for (let steps = 0; steps < STEPS_MAX; steps++) {
      await settle();
      if (isOver()) return;
      if (this.waiting > 0) this.deliver(0);
      else this.tick(500);
    }
    throw new Error('somebody waits for ever');
  }

  /** The result, which comes when enough has been delivered. */
  async run<Result>(result: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const end = () => {
      isSettled = true;
    };
    result.then(end, end);
    await this.runUntil(() => isSettled);
    return result;
  }

  /** Forgets all that is on its way. */
  loseAll(): void {
    this.#messages = [];
  }

  /** In the world of a process that is gone nothing is heard. */
  #answer(process: Process, tell: () => void): void {
    if (!process.isGone) tell();
  }

  #take(choice: number): Message | undefined {
    const deliverable = this.#deliverable();
    const message = deliverable[choice % Math.max(deliverable.length, 1)];
    if (message === undefined) return undefined;
    this.#messages.splice(this.#messages.indexOf(message), 1);
    return message;
  }

  #deliverable(): Message[] {
    this.#messages = this.#messages.filter(
      ({ process, isRequest }) => isRequest || !process.isGone,
    );
    return this.#messages.filter(({ process, isRequest }) => isRequest || !process.isPaused);
  }
}

/** Lets everything run that need not wait for the world. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
