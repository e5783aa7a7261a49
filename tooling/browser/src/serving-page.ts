/**
 * The script of a page that serves a file to clients behind a bridge, over WebSockets: one after the
 * other, as many as `/bridge.json` says. It leaves in the body why each has ended, as JSON.
 */
import { oneExport } from '@nbd/driver';
import { blobDriver } from '@nbd/driver-blob';
import { bearerProtocols, serveWebSocket } from '@nbd/websocket';

/** Where the bridge is. */
export interface BridgeFacts {
  readonly url: string;
  readonly token: string;
  readonly clients: number;
  /** Bytes of the file, each of which is its offset modulo 256. */
  readonly size: number;
}

const facts = (await (await fetch('/bridge.json')).json()) as BridgeFacts;
const file = new File([Uint8Array.from({ length: facts.size }, (_, i) => i)], 'disk.iso');

const reasons: string[] = [];
for (let client = 0; client < facts.clients; client++) {
  const socket = new WebSocket(facts.url, bearerProtocols(facts.token));
  const served = serveWebSocket(socket, {
    exports: oneExport({ driver: blobDriver({ blob: file }) }),
    context: { peer: facts.url },
    observer: { ended: (reason) => void reasons.push(reason) },
  });
  await served.done;
}
document.body.textContent = JSON.stringify(reasons);
document.title = 'done';
