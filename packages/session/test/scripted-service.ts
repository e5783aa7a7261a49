/** A session that is served over a `ScriptedChannel`, and what became of it. */
import type { Driver, ExportSource } from '@nbd/driver';
import { oneExport } from '@nbd/driver';
import {
  BufferPool,
  type EndReason,
  type ServedSession,
  type SessionLimits,
  serveChannel,
} from '../src/index.ts';
import { clientFlags, go } from './client-bytes.ts';
import { expectEqual } from './expectations.ts';
import { ScriptedChannel } from './scripted-channel.ts';
import { CONTEXT, quiet } from './served-conversation.ts';

export interface ScriptedService {
  readonly channel: ScriptedChannel;
  readonly served: ServedSession;
  readonly pool: BufferPool;
  readonly reasons: EndReason[];
  /** Whether `done` has resolved. */
  isDone: boolean;
}

export interface ScriptedServiceOptions {
  readonly limits?: Partial<SessionLimits>;
  readonly pool?: BufferPool;
  readonly takesAtOnce?: boolean;
}

export function serveScript(
  exports: ExportSource,
  { limits = {}, pool = new BufferPool(), takesAtOnce = true }: ScriptedServiceOptions = {},
): ScriptedService {
  const channel = new ScriptedChannel({ takesAtOnce });
  const reasons: EndReason[] = [];
  const served = serveChannel(channel, {
    exports,
    context: CONTEXT,
    limits,
    pool,
    observer: { ended: (reason) => void reasons.push(reason) },
  });
  const service = { channel, served, pool, reasons, isDone: false };
  void noteDone(service);
  return service;
}

async function noteDone(service: ScriptedService): Promise<void> {
  await service.served.done;
  service.isDone = true;
}

/** The client has entered `driver`, and read what came until then. */
export async function scriptedEntry(
  driver: Driver,
  options: ScriptedServiceOptions = {},
): Promise<ScriptedService> {
  const service = serveScript(oneExport({ driver }), options);
  service.channel.receives(clientFlags(3), go());
  await quiet();
  service.channel.takeAll();
  expectEqual(service.served.phase, 'transmission');
  service.channel.heard();
  return service;
}
