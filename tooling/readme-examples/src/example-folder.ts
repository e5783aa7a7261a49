/**
 * A folder of examples inside this package, where `@nbd/*` resolves to the packages of the workspace
 * as it would in a project that has them installed.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Example } from './extract-examples.ts';

const EXAMPLES = fileURLToPath(new URL('../.examples/', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

const DIAGNOSTIC = /^(?:.*\/)?example-(?<index>\d+)\.ts\((?<line>\d+),\d+\): (?<message>.*)$/;

/** What became of a process. */
export interface Outcome {
  /** The exit code, or the words for an end that has none. */
  readonly exit: number | string;
  /** Standard output and standard error. */
  readonly output: string;
}

export interface ExampleFolder {
  readonly path: string;
  /** Type-checks all examples at once, and answers the faults of each, by its name. */
  typeCheck(): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Runs one example in an empty working directory, and ends it after `millisMax`. */
  run(example: Example, millisMax: number): Promise<Outcome>;
  /** Deletes the folder. */
  remove(): void;
}

/** Writes `examples` out, one module each, into a new folder that is the caller's to remove. */
export function exampleFolder(examples: readonly Example[]): ExampleFolder {
  mkdirSync(EXAMPLES, { recursive: true });
  const folder = mkdtempSync(join(EXAMPLES, 'run-'));
  const pathOf = (index: number): string => join(folder, `example-${index}.ts`);
  examples.forEach(({ code }, index) => writeFileSync(pathOf(index), code));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: join(ROOT, 'tsconfig.base.json'), include: ['*.ts'] }),
  );
  return {
    path: folder,
    async typeCheck() {
      const args = [TSC, '-p', folder, '--noEmit', '--pretty', 'false'];
      return faultsByName(examples, await execute(args, folder, 60_000));
    },
    async run(example, millisMax) {
      const directory = mkdtempSync(join(tmpdir(), 'example-'));
      try {
        const file = pathOf(examples.indexOf(example));
        const args = ['--conditions=@nbd/source', '--import', TSX, file];
        return await execute(args, directory, millisMax);
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function faultsByName(
  examples: readonly Example[],
  { exit, output }: Outcome,
): ReadonlyMap<string, readonly string[]> {
  const faults = new Map(examples.map(({ name }): [string, string[]] => [name, []]));
  const lines = output.split('\n');
  for (const line of lines) {
    const found = DIAGNOSTIC.exec(line)?.groups;
    const example = examples[Number(found?.['index'])];
    if (found === undefined || example === undefined) continue;
    const lineOfPage = example.line - 1 + Number(found['line']);
    faults.get(example.name)?.push(`${example.page}:${lineOfPage}: ${found['message']}`);
  }
  // Faults inside the packages are for their own type check; one of the set-up concerns every example.
  const ran = exit === 0 || lines.some((line) => /\.ts\(\d+,\d+\): error /.test(line));
  if (!ran) throw new Error(`the type check did not run (${exit}): ${output}`);
  return faults;
}

function execute(args: readonly string[], cwd: string, millisMax: number): Promise<Outcome> {
  // Package managers put their own folders on the path of modules.
  const { NODE_PATH: _path, NODE_OPTIONS: _options, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { cwd, env, timeout: millisMax, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        const output = stdout + stderr;
        if (error === null) resolve({ exit: 0, output });
        else if (error.killed === true)
          resolve({ exit: `still running after ${millisMax} ms`, output });
        else resolve({ exit: error.code ?? `ended by ${error.signal}`, output });
      },
    );
  });
}
