/** Standard input and output as ends of a copy: byte after byte, so each call waits for its turn. */
import type { Readable, Writable } from 'node:stream';
import { ProgramError } from '../program-error.ts';
import { chunksOf, writeTo } from '../standard-streams.ts';
import type { Destination, Source } from './ends.ts';
import { InOrder } from './in-order.ts';
import { writeZeroes } from './write-zeroes.ts';

/** Its bytes are read in the order of their offsets, each once. */
export function streamSource(stdin: Readable): Source {
  const chunks = chunksOf(stdin);
  const order = new InOrder();
  let chunk: Uint8Array | undefined = new Uint8Array(0);
  const fill = async (target: Uint8Array): Promise<number> => {
    let filled = 0;
    while (filled < target.length && chunk !== undefined) {
      const part = chunk.subarray(0, target.length - filled);
      target.set(part, filled);
      filled += part.length;
      chunk = chunk.subarray(part.length);
      if (chunk.length === 0) chunk = await nextChunk(chunks);
    }
    return filled;
  };
  return {
    name: 'standard input',
    size: undefined,
    blockMinimum: 1,
    async *runs() {
      yield { length: Infinity, zero: false };
    },
    read: (target, offset) => order.run(offset, offset + target.length, () => fill(target)),
    close: async () => void stdin.destroy(),
  };
}

/** Everything is written, zeroes too. */
export function streamDestination(stdout: Writable): Destination {
  const order = new InOrder();
  const write = (bytes: Uint8Array): Promise<void> => writeTo(stdout, bytes, 'failed');
  return {
    name: 'standard output',
    capacity: undefined,
    blockMinimum: 1,
    startsEmpty: false,
    prepare: () => undefined,
    write: (source, offset) => order.run(offset, offset + source.length, () => write(source)),
    zero: (offset, length) =>
      order.run(offset, offset + length, () => writeZeroes(offset, length, write)),
    finish: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

async function nextChunk(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    const { done, value } = await chunks.next();
    return done === true ? undefined : value;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ProgramError('failed', `standard input: ${reason}`, { cause: error });
  }
}
