/**
 * A program for runtimes other than Node and browsers: runs the checks of the layers, then serves a blob to clients
 * behind a bridge, by the runtime's own WebSocket. It prints a line of JSON after each.
 */
import { oneExport } from '@nbd/driver';
import { blobDriver } from '@nbd/driver-blob';
import { serveWebSocket } from '@nbd/websocket';
import { runChecks } from './check.ts';
import { layerChecks } from './page-checks.ts';
import type { BridgeFacts } from './serving-page.ts';
import type { Vector } from './vector-checks.ts';

/** Stands before the program, as text. */
export interface RuntimeFacts {
  readonly vectors: readonly Vector[];
  readonly bridge: BridgeFacts;
  readonly protocols: string[];
}

const { vectors, bridge, protocols } = (globalThis as unknown as { readonly facts: RuntimeFacts })
  .facts;
console.log(JSON.stringify(await runChecks(layerChecks(vectors))));

const blob = new Blob([Uint8Array.from({ length: bridge.size }, (_, i) => i)]);
const reasons: string[] = [];
for (let client = 0; client < bridge.clients; client++) {
  const served = serveWebSocket(new WebSocket(bridge.url, protocols), {
    exports: oneExport({ driver: blobDriver({ blob }) }),
    context: { peer: bridge.url },
    observer: { ended: (reason) => void reasons.push(reason) },
  });
  await served.done;
}
console.log(JSON.stringify(reasons));
