/** A kernel of this machine that a guest can run: an image, and modules for it. */
import { constants, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isAccessible, MissingPartError } from './machine-parts.ts';

const MODULES = '/lib/modules';
const BOOT = '/boot';

export interface Kernel {
  readonly version: string;
  /** Path of the image that a machine starts. */
  readonly image: string;
  /** Paths of the modules that were asked for and of all that those need; none for what is built in. */
  readonly modules: readonly string[];
  /** Text of a `modules.dep` for these. */
  readonly dependencies: string;
}

/**
 * The newest kernel that has all of `names`, as modules or built in.
 *
 * @throws MissingPartError if this machine has none
 */
export function findKernel(names: readonly string[]): Kernel {
  const collator = new Intl.Collator('en', { numeric: true });
  const versions = list(MODULES).toSorted((a, b) => collator.compare(b, a));
  for (const version of versions) {
    const image = join(BOOT, `vmlinuz-${version}`);
    const found = isAccessible(image, constants.R_OK) ? modulesOf(version, names) : undefined;
    if (found !== undefined) return { version, image, ...found };
  }
  const seen = versions.join(', ') || 'none';
  throw new MissingPartError(
    `no kernel in ${BOOT} that can be read and has ${names.join(', ')}; kernels: ${seen}`,
  );
}

function modulesOf(
  version: string,
  names: readonly string[],
): Pick<Kernel, 'modules' | 'dependencies'> | undefined {
  const folder = join(MODULES, version);
  const builtIn = new Set(lines(join(folder, 'modules.builtin')).map(nameOf));
  const byName = new Map(
    lines(join(folder, 'modules.dep')).map((line) => [nameOf(line.split(':', 1)[0] ?? ''), line]),
  );
  const needed = new Set<string>();
  for (const name of names) {
    const line = byName.get(name);
    // A line has the module itself, then all that it needs, directly or not.
    if (line !== undefined) for (const path of line.match(/[^\s:]+/g) ?? []) needed.add(path);
    else if (!builtIn.has(name)) return undefined;
  }
  const paths = [...needed];
  return {
    modules: paths.map((path) => join(folder, path)),
    dependencies: paths.map((path) => `${byName.get(nameOf(path))}\n`).join(''),
  };
}

/** `kernel/drivers/net/virtio_net.ko.xz` is `virtio_net`. */
function nameOf(path: string): string {
  return basename(path)
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_');
}

function lines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
