/** A file of the origin private file system in memory, as `FileSystemSyncAccessHandle` shows one. */
import type { SyncAccessHandle } from '../src/index.ts';

export class MemoryAccessHandle implements SyncAccessHandle {
  /** The file; it grows as it is written. */
  file: Uint8Array = new Uint8Array(0);
  /** Larger than this the file cannot become: the quota of the page. */
  readonly #quota: number;
  #closed = false;
  flushes = 0;

  constructor(quota: number = Infinity) {
    this.#quota = quota;
  }

  read(target: Uint8Array<ArrayBuffer>, { at }: { at: number }): number {
    this.#checkOpen();
    const found = this.file.subarray(at, at + target.length);
    target.set(found);
    return found.length;
  }

  write(source: Uint8Array<ArrayBuffer>, { at }: { at: number }): number {
    this.#checkOpen();
    const end = at + source.length;
    if (end > this.#quota) throw new DOMException('no more room', 'QuotaExceededError');
    if (end > this.file.length) {
      const grown = new Uint8Array(end);
      grown.set(this.file);
      this.file = grown;
    }
    this.file.set(source, at);
    return source.length;
  }

  flush(): void {
    this.#checkOpen();
    this.flushes += 1;
  }

  close(): void {
    this.#closed = true;
  }

  #checkOpen(): void {
    if (this.#closed) throw new DOMException('the handle is closed', 'InvalidStateError');
  }
}
