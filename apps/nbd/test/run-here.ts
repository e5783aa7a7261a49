/** The program in this process, with streams that the test looks into. */
import { Readable, Writable } from 'node:stream';
import { run } from '../src/run.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as it was written. */
  readonly bytes: Uint8Array;
}

export interface RunOptions {
  /** What comes from standard input, in these chunks. */
  readonly stdin?: readonly Uint8Array[];
  /** The columns of a terminal, which standard error is then. */
  readonly columns?: number;
  /** In place of the standard output of the outcome. */
  readonly stdout?: Writable;
}

/** Runs it to its end. */
export async function runHere(
  args: readonly string[],
  { stdin = [], columns, stdout }: RunOptions = {},
): Promise<Outcome> {
  const out = new Gathered();
  const err = Object.assign(new Gathered(), columns !== undefined && { isTTY: true, columns });
  const code = await run(args, {
    stdin: Readable.from(stdin),
    stdout: stdout ?? out,
    stderr: err,
  });
  return { code, stdout: out.text, stderr: err.text, bytes: out.bytes };
}

/** A stream that keeps what is written to it. */
class Gathered extends Writable {
  readonly #chunks: Uint8Array[] = [];

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.#chunks.push(Uint8Array.from(chunk));
    done();
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return Buffer.from(this.bytes).toString('utf8');
  }
}
