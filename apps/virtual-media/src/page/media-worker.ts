/** The worker of the page: serves the file that it is given, and tells how it goes. */
import { NBDServer } from '@nbd/virtual-media';
import { bearerProtocols } from '@nbd/websocket';
import { openMediaDisk } from './media-disk.ts';
import type { Insertion, News, Order } from './media-messages.ts';
import { WatchedDisk } from './watched-disk.ts';

/** Between two looks at what was read, milliseconds. */
const PROGRESS_MILLIS = 250;

/** Of `CloseCode`: all is well, and the disk could not be opened here. */
const ORDERLY = 1000;
const INTERNAL_ERROR = 1011;

let server: NBDServer | undefined;
let watched: WatchedDisk | undefined;
/** What was ordered, which may be while the disk is still being opened. */
let isPaused = false;
let isEjected = false;

addEventListener('message', ({ data }: MessageEvent<Order>) => {
  switch (data.kind) {
    case 'insert':
      isEjected = false;
      void insert(data);
      break;
    case 'pause':
      isPaused = true;
      watched?.hold();
      break;
    case 'resume':
      isPaused = false;
      watched?.letGo();
      break;
    case 'eject':
      isEjected = true;
      watched?.letGo();
      server?.stop();
      break;
  }
});

function tell(news: News): void {
  postMessage(news);
}

async function insert({ file, endpoint, token, changes }: Insertion): Promise<void> {
  let disk: WatchedDisk;
  try {
    disk = new WatchedDisk(await openMediaDisk(file, changes));
  } catch (error) {
    const isTaken = error instanceof DOMException && error.name === 'NoModificationAllowedError';
    const words = isTaken ? 'Another tab has this file inserted.' : String(error);
    tell({ kind: 'over', code: INTERNAL_ERROR, words });
    return;
  }
  watched = disk;
  if (isPaused) disk.hold();
  if (isEjected) {
    await end(disk, ORDERLY);
    return;
  }
  server = new NBDServer(endpoint, file, file.name, token, {
    protocols: token === '' ? ['nbd'] : bearerProtocols(token),
    redial: true,
    disk: disk.driver,
  });
  const stopTelling = tellProgress(disk);
  server.socketStarted = () => tell({ kind: 'inserted' });
  server.clientEntered = () => tell({ kind: 'entered' });
  server.clientLeft = () => tell({ kind: 'left' });
  server.errorReadingFile = () => tell({ kind: 'unreadable' });
  server.errorWriting = () => tell({ kind: 'unwritable' });
  server.socketClosed = (code) => {
    stopTelling();
    void end(disk, code);
  };
  server.start();
}

async function end(disk: WatchedDisk, code: number): Promise<void> {
  try {
    await disk.driver.close?.();
    tell({ kind: 'over', code });
  } catch (error) {
    tell({
      kind: 'over',
      code: INTERNAL_ERROR,
      words: `Changes could not be kept: ${String(error)}`,
    });
  }
}

/** Tells now and then, if something has happened; answers what ends it. */
function tellProgress(disk: WatchedDisk): () => void {
  let toldCalls = -1;
  const look = (): void => {
    const { calls, readBytes, writtenBytes, parts } = disk;
    if (calls === toldCalls) return;
    toldCalls = calls;
    tell({ kind: 'progress', readBytes, writtenBytes, parts });
  };
  look();
  const timer = setInterval(look, PROGRESS_MILLIS);
  return () => {
    clearInterval(timer);
    look();
  };
}
