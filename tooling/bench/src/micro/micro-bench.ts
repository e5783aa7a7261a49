/**
 * What a micro benchmark is, and where they are: `packages/NAME/bench/WHAT.bench.ts`, beside the code,
 * each file with one export, `benches`. They import nothing from here.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface MicroBench {
  readonly name: string;
  /** How many operations one `run` is. */
  readonly operations: number;
  /** Does them. It may be called any number of times. */
  readonly run: () => void;
}

/**
 * The benchmarks of all packages in `packagesFolder`, with the name of the package before each name.
 *
 * @throws TypeError for a file that has none
 */
export async function findMicroBenches(packagesFolder: string): Promise<readonly MicroBench[]> {
  const found: MicroBench[] = [];
  for (const name of (await readdir(packagesFolder)).toSorted()) {
    for (const path of await benchFiles(join(packagesFolder, name, 'bench'))) {
      const { benches } = (await import(pathToFileURL(path).href)) as {
        readonly benches?: readonly MicroBench[];
      };
      if (!Array.isArray(benches)) throw new TypeError(`expected an export "benches" of ${path}`);
      for (const each of benches) {
        found.push({
          name: `${name}: ${each.name}`,
          operations: each.operations,
          run: () => each.run(),
        });
      }
    }
  }
  return found;
}

async function benchFiles(folder: string): Promise<readonly string[]> {
  try {
    const files = (await readdir(folder)).filter((file) => file.endsWith('.bench.ts'));
    return files.toSorted().map((file) => join(folder, file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
