/** From an address to a link that is ready for work, within the time that there is. */
import type { EnteredExport } from '@nbd/session';
import type { ConnectOptions } from './connect-options.ts';
import { withDeadline } from './deadline.ts';
import { dial } from './dial.ts';
import type { TlsFacts } from './export-info.ts';
import { enter, type Welcome, welcome } from './haggle.ts';
import { Link } from './link.ts';
import type { Reach } from './reach.ts';

/** A link whose requests go to an export. */
export interface EnteredLink {
  readonly link: Link;
  readonly entered: EnteredExport;
  readonly tls: TlsFacts | undefined;
}

/**
 * Connects, and lets `work` haggle. If that fails, or the time is over, the server is told with ABORT
 * where it is our turn, and the connection is closed.
 */
export function withWelcome<T>(
  reach: Reach,
  signal: AbortSignal | undefined,
  work: (welcome: Welcome) => Promise<T>,
): Promise<T> {
  return withDeadline(reach.connectTimeout, signal, async (limit) => {
    const link = new Link(await dial(reach.address, limit), {
      tlsRequired: reach.tls === 'require',
    });
    // To the last: whoever is told of the abortion has no link to close.
    const abort = (): void => link.destroy(limit.reason as Error);
    limit.addEventListener('abort', abort);
    if (limit.aborted) abort();
    try {
      return await work(await welcome(link, reach));
    } catch (error) {
      void link.close();
      throw error;
    }
  });
}

/** Connects and enters the export. */
export function openLink(
  reach: Reach,
  contexts: NonNullable<ConnectOptions['contexts']>,
  signal: AbortSignal | undefined,
): Promise<EnteredLink> {
  return withWelcome(reach, signal, async (welcomed) => ({
    link: welcomed.link,
    entered: await enter(welcomed, reach, contexts),
    tls: welcomed.tls,
  }));
}
