/**
 * JSON that remembers where everything stands, for messages that name a line.
 * Standard: RFC 8259. Beyond it, a key given twice is an error, as one of the two would be lost.
 */

/** Objects are `Map`s: they keep the order of their keys, and a key such as "constructor" is no more than a key. */
export type Json = string | number | boolean | null | readonly Json[] | ReadonlyMap<string, Json>;

export interface JsonDocument {
  readonly value: Json;
  /** The line, counted from 1, on which the value at `path` begins, or else what holds it. */
  lineOf(path: readonly (string | number)[]): number;
}

/** The text is not JSON. The message says what was expected and what was found, but not where. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  /** Counted from 1. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** Values within values; more is no configuration but an attempt on the stack. */
const DEPTH_MAX = 32;

/** @throws JsonSyntaxError */
export function parseJson(text: string): JsonDocument {
  const lines = new Map<string, number>();
  const value = new JsonReader(text, lines).readDocument();
  return {
    value,
    lineOf(path) {
      for (let length = path.length; length > 0; length--) {
        const line = lines.get(JSON.stringify(path.slice(0, length)));
        if (line !== undefined) return line;
      }
      return lines.get('[]') ?? 1;
    },
  };
}

const SPACE = /[ \t\r\n]*/y;
const PUNCTUATION = /[[\]{},:]/y;
const LITERAL = /(?:"(?:[^"\\\r\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)/uy;
/** As much of what cannot be read as is worth showing. */
const RUBBISH = /[^\s[\]{},:]{1,20}|./uy;

class JsonReader {
  readonly #text: string;
  readonly #lines: Map<string, number>;
  #at = 0;

  constructor(text: string, lines: Map<string, number>) {
    this.#text = text;
    this.#lines = lines;
  }

  readDocument(): Json {
    const value = this.#readValue([]);
    if (this.#at < this.#text.length) throw this.#unexpected('the end of the file');
    return value;
  }

  /** Reads a value and the white space on both sides of it. */
  #readValue(path: readonly (string | number)[]): Json {
    this.#take(SPACE);
    this.#lines.set(JSON.stringify(path), this.#line());
    if (path.length > DEPTH_MAX) throw this.#unexpected(`at most ${DEPTH_MAX} levels`);
    if (this.#takeMark('[')) return this.#readList(path);
    if (this.#takeMark('{')) return this.#readObject(path);
    return this.#readLiteral('a value');
  }

  #readList(path: readonly (string | number)[]): readonly Json[] {
    const list: Json[] = [];
    if (this.#takeMark(']')) return list;
    do list.push(this.#readValue([...path, list.length]));
    while (this.#takeMark(','));
    if (!this.#takeMark(']')) throw this.#unexpected('"," or "]"');
    return list;
  }

  #readObject(path: readonly (string | number)[]): ReadonlyMap<string, Json> {
    const object = new Map<string, Json>();
    if (this.#takeMark('}')) return object;
    do {
      if (this.#text[this.#at] !== '"') throw this.#unexpected('a key in double quotes');
      const line = this.#line();
      const key = this.#readLiteral('a key in double quotes') as string;
      if (object.has(key)) {
        const first = this.#lines.get(JSON.stringify([...path, key]));
        throw new JsonSyntaxError(
          line,
          `key ${JSON.stringify(key)} is there already, on line ${first}`,
        );
      }
      if (!this.#takeMark(':')) throw this.#unexpected('":"');
      object.set(key, this.#readValue([...path, key]));
    } while (this.#takeMark(','));
    if (!this.#takeMark('}')) throw this.#unexpected('"," or "}"');
    return object;
  }

  /** Reads a text, a number or a word. The exact rules of those are left to the engine's own parser. */
  #readLiteral(what: string): string | number | boolean | null {
    const start = this.#at;
    const literal = this.#take(LITERAL);
    try {
      const value = JSON.parse(literal) as string | number | boolean | null;
      this.#take(SPACE);
      return value;
    } catch {
      this.#at = start;
      throw this.#unexpected(what);
    }
  }

  /** Whether the next thing is `mark`, which is then behind us together with white space. */
  #takeMark(mark: string): boolean {
    const start = this.#at;
    if (this.#take(PUNCTUATION) === mark) {
      this.#take(SPACE);
      return true;
    }
    this.#at = start;
    return false;
  }

  /** Moves over what `pattern` matches here, and answers it; '' if it does not match. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const taken = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += taken.length;
    return taken;
  }

  #unexpected(what: string): JsonSyntaxError {
    const line = this.#line();
    const found = this.#take(RUBBISH);
    const shown = found === '' ? 'the end of the file' : JSON.stringify(found);
    return new JsonSyntaxError(line, `expected ${what}, found ${shown}`);
  }

  /** Counted anew each time: a configuration is short. */
  #line(): number {
    return this.#text.slice(0, this.#at).split('\n').length;
  }
}
