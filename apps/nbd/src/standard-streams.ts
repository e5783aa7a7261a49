/** The three streams of the program, as things that can be replaced in tests. */
import type { Readable, Writable } from 'node:stream';
import { ProgramError } from './program-error.ts';

export interface StandardStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
}

/** Rows are gathered up to this many characters. */
const BATCH_MAX = 32 * 1024;

/** Text on its way to standard output, gathered into large writes, at the pace of whoever reads it. */
export class TextOutput {
  readonly #stdout: Writable;
  #gathered = '';

  constructor(stdout: Writable) {
    this.#stdout = stdout;
  }

  /** Takes some text. If there is a promise, await it before the next call. */
  write(text: string): Promise<void> | undefined {
    this.#gathered += text;
    return this.#gathered.length >= BATCH_MAX ? this.flush() : undefined;
  }

  async flush(): Promise<void> {
    const text = this.#gathered;
    this.#gathered = '';
    if (text !== '') await writeTo(this.#stdout, text, 'unread');
  }
}

/**
 * Writes all of `data`, which is lent until the promise settles.
 *
 * @throws ProgramError: `unread` if the reader has gone and that is how it may end, else `failed`
 */
export async function writeTo(
  stdout: Writable,
  data: string | Uint8Array,
  whenReaderGoes: 'unread' | 'failed',
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    stdout.write(data, (error) => {
      if (error === undefined || error === null) resolve();
      else reject(outputError(error, whenReaderGoes));
    });
  });
}

/** From this call on, an error of the streams is told by the write that it befalls, and by nothing else. */
export function outliveReaders({ stdout, stderr }: StandardStreams): void {
  for (const stream of [stdout, stderr]) {
    if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore);
  }
}

/** Standard input as its chunks; `undefined` at its end. */
export function chunksOf(stdin: Readable): AsyncIterator<Uint8Array> {
  return stdin[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
}

function ignore(): void {}

function outputError(error: NodeJS.ErrnoException, whenReaderGoes: 'unread' | 'failed'): Error {
  const code = error.code === 'EPIPE' ? whenReaderGoes : 'failed';
  return new ProgramError(code, `standard output: ${error.message}`, { cause: error });
}
