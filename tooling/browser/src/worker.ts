/**
 * The script of a worker: serves a blob with an overlay in the origin private file system, to whoever is
 * at the other end of the port that it is sent.
 */
import { oneExport } from '@nbd/driver';
import {
  blobDriver,
  overlayDriver,
  syncAccessDriver,
  type SyncAccessHandle,
} from '@nbd/driver-blob';
import { serveChannel } from '@nbd/session';
import { MessagePortChannel } from '@nbd/websocket';

/** What file handles have in workers alone, and so not in the library of pages. */
interface WorkersFileHandle {
  createSyncAccessHandle(): Promise<SyncAccessHandle>;
}

/** What the page sends. */
export interface Job {
  readonly port: MessagePort;
  readonly blob: Blob;
}

addEventListener('message', ({ data }: MessageEvent<Job>) => {
  void serve(data);
});

async function serve({ port, blob }: Job): Promise<void> {
  const folder = await navigator.storage.getDirectory();
  const file: unknown = await folder.getFileHandle('overlay', { create: true });
  const handle = await (file as WorkersFileHandle).createSyncAccessHandle();
  const driver = overlayDriver({
    base: blobDriver({ blob }),
    top: syncAccessDriver({ handle, size: blob.size }),
  });
  const served = serveChannel(new MessagePortChannel(port), {
    exports: oneExport({ driver }),
    context: { peer: 'the page' },
  });
  await served.done;
  await driver.close?.();
  postMessage('closed');
}
