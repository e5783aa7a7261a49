/** A folder for one run: the file that is the disk, and the socket of the server. */
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class DiskPlace {
  readonly disk: string;
  readonly socket: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.disk = join(folder, 'disk.img');
    this.socket = join(folder, 'nbd.sock');
  }

  /** Makes the folder, and the file: `size` bytes, a hole. */
  static async make(size: number): Promise<DiskPlace> {
    const place = new DiskPlace(await mkdtemp(join(tmpdir(), 'nbd-reliability-')));
    const file = await open(place.disk, 'w');
    await file.truncate(size);
    await file.close();
    return place;
  }

  /** What is in the file. */
  bytes(): Promise<Uint8Array> {
    return readFile(this.disk);
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
