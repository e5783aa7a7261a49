/**
 * What the messages of the second codec are made of: parts that write a value as hexadecimal text and read it back,
 * naively, with BigInt.
 */

/** Writes a value as hexadecimal, and reads it back. */
export interface Part {
  write(value: unknown): string;
  read(input: Input): unknown;
}

/** Why the reference refuses bytes. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

export class Input {
  #hex: string;

  constructor(hex: string) {
    this.#hex = hex;
  }

  get remaining(): number {
    return this.#hex.length / 2;
  }

  take(bytes: number | bigint): string {
    if (BigInt(bytes) > BigInt(this.remaining)) throw new Refusal('the bytes end too early');
    const digits = 2 * Number(bytes);
    const taken = this.#hex.slice(0, digits);
    this.#hex = this.#hex.slice(digits);
    return taken;
  }
}

export const u16: Part = unsigned(2);
export const u32: Part = unsigned(4);
export const u64: Part = unsigned(8);
export const i32: Part = signed(4);
export const nonzero = (part: Part): Part =>
  refuse(part, (value) => value === 0, 'zero is not allowed');

export function unsigned(bytes: number): Part {
  return {
    write: (value) =>
      BigInt.asUintN(8 * bytes, BigInt(value as number))
        .toString(16)
        .padStart(2 * bytes, '0'),
    read: (input) => Number(BigInt(`0x${input.take(bytes)}`)),
  };
}

export function signed(bytes: number): Part {
  return {
    write: (value) => unsigned(bytes).write(value),
    read: (input) => Number(BigInt.asIntN(8 * bytes, BigInt(`0x${input.take(bytes)}`))),
  };
}

export function magic(hex: string): Part {
  return {
    write: () => hex,
    read(input) {
      if (input.take(hex.length / 2) !== hex) throw new Refusal(`${hex} is not there`);
      return undefined;
    },
  };
}

export function padding(bytes: number): Part {
  return { write: () => '00'.repeat(bytes), read: (input) => void input.take(bytes) };
}

/** Padding that is there or not, as its value says. */
export function optional(bytes: number): Part {
  return {
    write: (present) => (present === true ? '00'.repeat(bytes) : ''),
    read(input) {
      if (input.remaining === 0) return false;
      input.take(bytes);
      return true;
    },
  };
}

export function ignoredTail(): Part {
  return { write: () => '', read: (input) => void input.take(input.remaining) };
}

export function bytesToEnd(): Part {
  return {
    write: (value) => Buffer.from(value as Uint8Array).toString('hex'),
    read: (input) => Uint8Array.from(Buffer.from(input.take(input.remaining), 'hex')),
  };
}

export function textToEnd(): Part {
  return {
    write: (value) => Buffer.from(value as string, 'utf8').toString('hex'),
    read: (input) => readText(input.take(input.remaining)),
  };
}

export function countedText(count: Part): Part {
  return {
    write(value) {
      const hex = textToEnd().write(value);
      return count.write(hex.length / 2) + hex;
    },
    read: (input) => readText(input.take(count.read(input) as number)),
  };
}

/** Strict by a round trip: what is not UTF-8 does not come back as it was. */
function readText(hex: string): string {
  const text = Buffer.from(hex, 'hex').toString('utf8');
  if (Buffer.from(text, 'utf8').toString('hex') !== hex) throw new Refusal('this is not UTF-8');
  if (text.includes('\0')) throw new Refusal('there is a NUL');
  if (hex.length / 2 > 4096) throw new Refusal('the string is too long');
  return text;
}

export function counted(count: Part, item: Part): Part {
  return {
    write: (value) => count.write((value as unknown[]).length) + toEnd(item).write(value),
    read(input) {
      const items: unknown[] = [];
      for (let left = count.read(input) as number; left > 0; left--) items.push(item.read(input));
      return items;
    },
  };
}

export function toEnd(item: Part): Part {
  return {
    write: (value) => (value as unknown[]).map((each) => item.write(each)).join(''),
    read(input) {
      const items: unknown[] = [];
      while (input.remaining > 0) items.push(item.read(input));
      return items;
    },
  };
}

export function notEmpty(list: Part): Part {
  return refuse(list, (value) => (value as unknown[]).length === 0, 'the list is empty');
}

export function refuse(part: Part, isWrong: (value: unknown) => boolean, why: string): Part {
  return {
    write: (value) => part.write(value),
    read(input) {
      const value = part.read(input);
      if (isWrong(value)) throw new Refusal(why);
      return value;
    },
  };
}

/** Fields one after the other; those without a name have no value. */
export function record(...fields: readonly (readonly [name: string, part: Part])[]): Part {
  return {
    write: (value) =>
      fields.map(([name, part]) => part.write((value as Record<string, unknown>)[name])).join(''),
    read(input) {
      const value: Record<string, unknown> = {};
      for (const [name, part] of fields) {
        const field = part.read(input);
        if (name !== '') value[name] = field;
      }
      return value;
    },
  };
}

/** A number that says what follows; `discriminant` is what the value calls it. */
export function choice(
  number: Part,
  discriminant: string,
  choices: readonly (readonly [kind: string, number: number | string, part: Part])[],
): Part {
  return {
    write(value) {
      const fields = value as Record<string, unknown>;
      for (const [kind, code, part] of choices) {
        if (kind !== fields[discriminant]) continue;
        return number.write(typeof code === 'string' ? fields[code] : code) + part.write(value);
      }
      throw new Error(`no choice is called ${String(fields[discriminant])}`);
    },
    read(input) {
      const found = number.read(input);
      for (const [kind, code, part] of choices) {
        if (typeof code === 'number' && code !== found) continue;
        const known = typeof code === 'string' ? { [code]: found } : {};
        return { [discriminant]: kind, ...known, ...(part.read(input) as object) };
      }
      throw new Refusal(`there is no choice ${String(found)}`);
    },
  };
}
