/** A file system that is soon full. */
import { mkdtemp, open, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrivateMounts } from './private-mounts.ts';

export type SmallKind = 'tmpfs' | 'ext4';

/** What it takes, and the file on it: twice as large, a hole. */
const SYSTEM_BYTES = 16 * 2 ** 20;
export const LARGE_FILE_BYTES: number = 2 * SYSTEM_BYTES;
/** What `makeRoom` gives back. */
export const BALLAST_BYTES: number = 2 ** 20;

const SCRIPTS: Readonly<Record<SmallKind, string>> = {
  tmpfs: `mount -t tmpfs -o size="$2" none "$1"
    hold`,
  ext4: `truncate -s "$2" "$1.img"
    mkfs.ext4 -q -m 0 "$1.img"
    mount -o loop "$1.img" "$1"
    hold
    umount -l "$1"`,
};

export class SmallFileSystem {
  /** The file that does not fit. */
  readonly disk: string;
  readonly #mounts: PrivateMounts;
  readonly #folder: string;
  readonly #ballast: string;

  private constructor(mounts: PrivateMounts, folder: string) {
    this.#mounts = mounts;
    this.#folder = folder;
    this.disk = mounts.pathOf(join(folder, 'disk.img'));
    this.#ballast = mounts.pathOf(join(folder, 'ballast'));
  }

  /** @throws Error if this machine does not let us */
  static async make(kind: SmallKind): Promise<SmallFileSystem> {
    const folder = await mkdtemp(join(tmpdir(), 'nbd-reliability-'));
    const mounts = await PrivateMounts.make(SCRIPTS[kind], [folder, String(SYSTEM_BYTES)]);
    const system = new SmallFileSystem(mounts, folder);
    await writeFile(system.#ballast, new Uint8Array(BALLAST_BYTES).fill(1));
    await (await open(system.disk, 'w')).close();
    await truncate(system.disk, LARGE_FILE_BYTES);
    return system;
  }

  /** Removes another file, so that there is room again. */
  makeRoom(): Promise<void> {
    return unlink(this.#ballast);
  }

  async remove(): Promise<void> {
    await this.#mounts.remove();
    await rm(this.#folder, { recursive: true, force: true });
    await rm(`${this.#folder}.img`, { force: true });
  }
}
