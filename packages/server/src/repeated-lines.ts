/**
 * Lines of the log about what may go wrong again and again, such as a disk that fails each request: the first are told at
 * once, and then one a second, with how many were left out before it.
 */
import type { Log, LogLevel } from './log.ts';

/** Lines of one kind that are told at once. When there was none for a second, as many are again. */
const AT_ONCE = 5;

const PERIOD_MILLIS = 1000;

/** Kinds that are told apart within a second; the others of the same message are one. Clients may make up names. */
const KINDS_MAX = 100;

interface Kind {
  readonly message: string;
  /** How many were told at once. */
  told: number;
  /** How many were not told since. */
  leftOut: number;
  /** The last of those. */
  level: LogLevel;
  fields: object;
}

/** Keeps those who may fail again and again from filling a log. What it holds is bounded, if messages are. */
export class RepeatedLines {
  readonly #log: Log;
  readonly #kinds = new Map<string, Kind>();
  #timer: NodeJS.Timeout | undefined;

  /** `log` must not throw. It keeps no process alive: whoever ends one calls `close` before. */
  constructor(log: Log) {
    this.#log = log;
  }

  /** Tells it, or counts it. Lines of the same `message` and `kind` are the same again. */
  tell(level: LogLevel, kind: string, fields: object, message: string): void {
    const same = this.#kindOf(kind, message);
    if (same.told < AT_ONCE) {
      same.told++;
      this.#log[level](fields, message);
      return;
    }
    same.leftOut++;
    same.level = level;
    same.fields = fields;
  }

  /** Tells what it has left out, and keeps no timer. */
  close(): void {
    for (const kind of this.#kinds.values()) this.#tellLast(kind);
    this.#kinds.clear();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #kindOf(kind: string, message: string): Kind {
    const key = `${message}\n${kind}`;
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    if (this.#kinds.size >= KINDS_MAX && kind !== '') return this.#kindOf('', message);
    const made: Kind = { message, told: 0, leftOut: 0, level: 'warn', fields: {} };
    this.#kinds.set(key, made);
    this.#timer ??= setInterval(() => this.#look(), PERIOD_MILLIS).unref();
    return made;
  }

  #look(): void {
    for (const [key, kind] of this.#kinds) {
      if (kind.leftOut === 0) this.#kinds.delete(key);
      else this.#tellLast(kind);
    }
    if (this.#kinds.size === 0) this.close();
  }

  /** The last one of those that were left out, with the count of the others. */
  #tellLast(kind: Kind): void {
    const { leftOut, level, fields, message } = kind;
    if (leftOut === 0) return;
    kind.leftOut = 0;
    this.#log[level](leftOut === 1 ? fields : { ...fields, leftOut: leftOut - 1 }, message);
  }
}
