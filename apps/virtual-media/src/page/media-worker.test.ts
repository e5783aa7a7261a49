/** The worker, with what it has of a browser made by hand. */
import { expect, onTestFinished, test, vi } from 'vitest';
import type { News, Order } from './media-messages.ts';

/** A folder of the origin with empty files; `open` says how many are open. */
class Folder {
  open = 0;

  getDirectoryHandle(): Promise<this> {
    return Promise.resolve(this);
  }

  getFileHandle() {
    const createSyncAccessHandle = async () => {
      this.open++;
      const close = (): void => void this.open--;
      return { read: () => 0, write: () => 0, flush: () => undefined, close };
    };
    return Promise.resolve({ createSyncAccessHandle });
  }
}

test('a file that is ejected while its disk is being opened is let go of, and nobody is dialled', async () => {
  const folder = new Folder();
  let give!: (event: { readonly data: Order }) => void;
  let findStorage!: (folder: Folder) => void;
  const found = new Promise<Folder>((resolve) => {
    findStorage = resolve;
  });
  const dial = vi.fn<() => void>();
  vi.stubGlobal('WebSocket', dial);
  vi.stubGlobal('navigator', { storage: { getDirectory: () => found } });
  vi.stubGlobal('addEventListener', (_: string, listener: typeof give) => {
    give = listener;
  });
  const told = new Promise<News>((resolve) => {
    vi.stubGlobal('postMessage', resolve);
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  await import('./media-worker.ts');

  const file = new File(['content'], 'disk.iso');
  const where = { endpoint: 'ws://127.0.0.1/nbd', token: 'token' };
  give({ data: { kind: 'insert', file, ...where, changes: 'kept' } });
  give({ data: { kind: 'eject' } });
  findStorage(folder);
  expect(await told).toEqual({ kind: 'over', code: 1000 });
  expect(dial).not.toHaveBeenCalled();
  expect(folder.open).toBe(0);
});
