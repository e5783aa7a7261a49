/** The root of a guest: files of this machine, at the places where the guest looks for them, in one archive. */
import { chmod, copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { locateProgram } from './machine-parts.ts';
import { runProgram } from './run-program.ts';

const EMPTY_FOLDERS = ['bin', 'sbin', 'proc', 'sys', 'dev', 'tmp', 'mnt', 'etc'];

/** A root that is being put together in a folder of its own. */
export class Initramfs {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** An empty one; `remove` it in the end. */
  static async begin(): Promise<Initramfs> {
    const initramfs = new Initramfs(await mkdtemp(join(tmpdir(), 'nbd-guest-')));
    for (const name of EMPTY_FOLDERS) await mkdir(join(initramfs.#folder, name));
    return initramfs;
  }

  /** Copies `source` to the path `target` of the guest. */
  async copy(source: string, target: string): Promise<void> {
    const place = await this.#placeFor(target);
    await copyFile(source, place);
  }

  /** A file with this text; a program, if `executable`. */
  async write(target: string, text: string, executable = false): Promise<void> {
    const place = await this.#placeFor(target);
    await writeFile(place, text);
    if (executable) await chmod(place, 0o755);
  }

  /**
   * Copies a program of this machine to `target`, and the shared libraries that it needs to where they are here.
   *
   * @throws MissingPartError if this machine does not have it
   */
  async addProgram(name: string, target: string): Promise<void> {
    const program = await realpath(locateProgram(name));
    await this.copy(program, target);
    await this.addLibrariesOf(program);
  }

  /** Copies the shared libraries that a program or a library needs; a static one needs none. */
  async addLibrariesOf(program: string): Promise<void> {
    locateProgram('ldd');
    const found = await runProgram('ldd', [program]).catch(() => '');
    for (const [path] of found.matchAll(/\/\S+/g)) await this.copy(path, path);
  }

  /** Writes all that is there to the file `archive`, as Linux takes it for its first root. */
  async pack(archive: string): Promise<void> {
    const names = await runProgram('find', ['.'], { cwd: this.#folder });
    const args = ['-o', '-H', 'newc', '-R', '0:0', '--quiet', '-O', archive];
    await runProgram('cpio', args, { cwd: this.#folder, input: names });
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #placeFor(target: string): Promise<string> {
    const place = join(this.#folder, target);
    await mkdir(dirname(place), { recursive: true });
    return place;
  }
}
