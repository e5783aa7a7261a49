/**
 * The second codec: naive, slow and independent. It imports nothing from `src`, works on
 * hexadecimal text, computes with BigInt and describes each message by its fields in order.
 * Where the two codecs differ, one of them is wrong.
 */

/** Writes a value as hexadecimal, and reads it back. */
interface Part {
  write(value: unknown): string;
  read(input: Input): unknown;
}

/** Why the reference refuses bytes. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

class Input {
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

const u16 = unsigned(2);
const u32 = unsigned(4);
const u64 = unsigned(8);
const i32 = signed(4);
const nonzero = (part: Part): Part => refuse(part, (value) => value === 0, 'zero is not allowed');

const NBDMAGIC = '4e42444d41474943';
const IHAVEOPT = '49484156454f5054';
const cookie: readonly [string, Part][] = [
  ['cookieHigh', i32],
  ['cookieLow', i32],
];
const extent = record(['length', nonzero(u32)], ['flags', u32]);
const wideExtent = record(['length', nonzero(u64)], ['flags', u64]);

const parts: Readonly<Record<string, Part>> = {
  Greeting: record(['', magic(NBDMAGIC)], ['', magic(IHAVEOPT)], ['handshakeFlags', u16]),
  OldstyleGreeting: record(
    ['', magic(NBDMAGIC)],
    ['', magic('0000420281861253')],
    ['size', u64],
    ['handshakeFlags', u16],
    ['transmissionFlags', u16],
    ['', padding(124)],
  ),
  ClientFlags: record(['clientFlags', u32]),
  OptionHeader: record(['', magic(IHAVEOPT)], ['option', u32], ['length', u32]),
  OptionReplyHeader: record(
    ['', magic('0003e889045565a9')],
    ['option', u32],
    ['type', u32],
    ['length', u32],
  ),
  ExportNameReply: record(['size', u64], ['transmissionFlags', u16], ['zeroes', optional(124)]),

  Text: textToEnd(),
  InfoRequest: record(['exportName', countedText(u32)], ['infos', counted(u16, u16)]),
  MetaContextRequest: record(
    ['exportName', countedText(u32)],
    ['queries', counted(u32, countedText(u32))],
  ),
  ServerReply: record(['name', countedText(u32)], ['description', textToEnd()]),
  InfoReply: choice(u16, 'kind', [
    ['export', 0, record(['size', u64], ['transmissionFlags', u16])],
    ['name', 1, record(['name', textToEnd()])],
    ['description', 2, record(['description', textToEnd()])],
    ['block-size', 3, record(['minimum', u32], ['preferred', u32], ['payloadMax', u32])],
    ['unknown', 'info', record(['data', bytesToEnd()])],
  ]),
  MetaContextReply: record(
    ['contextId', u32],
    ['name', refuse(textToEnd(), (name) => name === '', 'a context has a name')],
  ),

  Request: record(
    ['', magic('25609513')],
    ['flags', u16],
    ['type', u16],
    ...cookie,
    ['offset', u64],
    ['length', u32],
  ),
  ExtendedRequest: record(
    ['', magic('21e41c71')],
    ['flags', u16],
    ['type', u16],
    ...cookie,
    ['offset', u64],
    ['length', u64],
  ),
  BlockStatusFilter: record(['effectLength', u64], ['contextIds', toEnd(u32)]),
  SimpleReply: record(['', magic('67446698')], ['error', u32], ...cookie),
  StructuredChunkHeader: record(['', magic('668e33ef')], ['flags', u16], ['type', u16], ...cookie, [
    'length',
    u32,
  ]),
  ExtendedChunkHeader: record(
    ['', magic('6e8a278c')],
    ['flags', u16],
    ['type', u16],
    ...cookie,
    ['offset', u64],
    ['length', u64],
  ),

  OffsetDataHead: record(['offset', u64]),
  OffsetHole: record(['offset', u64], ['length', nonzero(u32)]),
  BlockStatusHead: record(['contextId', u32]),
  BlockStatusExtent: extent,
  BlockStatus: record(['contextId', u32], ['extents', notEmpty(toEnd(extent))]),
  BlockStatusExtHead: record(['contextId', u32], ['count', u32]),
  BlockStatusExtExtent: wideExtent,
  BlockStatusExt: record(['contextId', u32], ['extents', notEmpty(counted(u32, wideExtent))]),
  ErrorChunk: record(['error', u32], ['message', countedText(u16)], ['', ignoredTail()]),
  ErrorOffsetChunk: record(['error', u32], ['message', countedText(u16)], ['offset', u64]),
};

/** The bytes of `value`, as hexadecimal. */
export function referenceEncode(name: string, value: unknown): string {
  return partNamed(name).write(value);
}

/** The value of all of `hex`; throws a Refusal if they are not this message. */
export function referenceDecode(name: string, hex: string): unknown {
  const input = new Input(hex);
  const value = partNamed(name).read(input);
  if (input.remaining > 0) throw new Refusal('bytes are left over');
  return value;
}

function partNamed(name: string): Part {
  const part = parts[name];
  if (part === undefined) throw new Error(`the reference has no message called ${name}`);
  return part;
}

function unsigned(bytes: number): Part {
  return {
    write: (value) =>
      BigInt.asUintN(8 * bytes, BigInt(value as number))
        .toString(16)
        .padStart(2 * bytes, '0'),
    read: (input) => Number(BigInt(`0x${input.take(bytes)}`)),
  };
}

function signed(bytes: number): Part {
  return {
    write: (value) => unsigned(bytes).write(value),
    read: (input) => Number(BigInt.asIntN(8 * bytes, BigInt(`0x${input.take(bytes)}`))),
  };
}

function magic(hex: string): Part {
  return {
    write: () => hex,
    read(input) {
      if (input.take(hex.length / 2) !== hex) throw new Refusal(`${hex} is not there`);
      return undefined;
    },
  };
}

function padding(bytes: number): Part {
  return { write: () => '00'.repeat(bytes), read: (input) => void input.take(bytes) };
}

/** Padding that is there or not, as its value says. */
function optional(bytes: number): Part {
  return {
    write: (present) => (present === true ? '00'.repeat(bytes) : ''),
    read(input) {
      if (input.remaining === 0) return false;
      input.take(bytes);
      return true;
    },
  };
}

function ignoredTail(): Part {
  return { write: () => '', read: (input) => void input.take(input.remaining) };
}

function bytesToEnd(): Part {
  return {
    write: (value) => Buffer.from(value as Uint8Array).toString('hex'),
    read: (input) => Uint8Array.from(Buffer.from(input.take(input.remaining), 'hex')),
  };
}

function textToEnd(): Part {
  return {
    write: (value) => Buffer.from(value as string, 'utf8').toString('hex'),
    read: (input) => readText(input.take(input.remaining)),
  };
}

function countedText(count: Part): Part {
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

function counted(count: Part, item: Part): Part {
  return {
    write: (value) => count.write((value as unknown[]).length) + toEnd(item).write(value),
    read(input) {
      const items: unknown[] = [];
      for (let left = count.read(input) as number; left > 0; left--) items.push(item.read(input));
      return items;
    },
  };
}

function toEnd(item: Part): Part {
  return {
    write: (value) => (value as unknown[]).map((each) => item.write(each)).join(''),
    read(input) {
      const items: unknown[] = [];
      while (input.remaining > 0) items.push(item.read(input));
      return items;
    },
  };
}

function notEmpty(list: Part): Part {
  return refuse(list, (value) => (value as unknown[]).length === 0, 'the list is empty');
}

function refuse(part: Part, isWrong: (value: unknown) => boolean, why: string): Part {
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
function record(...fields: readonly (readonly [name: string, part: Part])[]): Part {
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
function choice(
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
