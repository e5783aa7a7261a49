/** `connect`: a URI in, a client out. */
import { ChangeRecord } from './change-record.ts';
import { checkOptionNames } from './check-option-names.ts';
import type { Client } from './client.ts';
import {
  CONNECT_OPTIONS,
  type ConnectOptions,
  RECONNECT_OPTIONS,
  type ReconnectPolicy,
} from './connect-options.ts';
import { ExportClient } from './export-client.ts';
import { type ExportInfo, exportInfoOf } from './export-info.ts';
import { LinkGroup, type SettledPolicy } from './link-group.ts';
import { listExports } from './list-exports.ts';
import { type EnteredLink, openLink } from './open-link.ts';
import { reachOf, type Target } from './reach.ts';
import { RequestDesk } from './request-desk.ts';
import { Turnstile } from './turnstile.ts';
import { checkMillis, checkWhole } from './whole-number.ts';

/** Requests in flight, for each connection. */
const REQUESTS_MAX = 64;

/** Bytes of data in flight. */
const BYTES_MAX = 64 * 2 ** 20;

/** Of a policy, milliseconds. */
const DELAY = 100;
const DELAY_MAX = 10_000;

/**
 * Connects to a server and enters an export. `target` is an NBD URI, or the parts of one.
 *
 * @throws NbdError saying what the server or the network did; TypeError or RangeError for a URI or
 * options that cannot be; the reason of the signal if it is aborted
 */
export async function connect(target: Target, options: ConnectOptions = {}): Promise<Client> {
  checkOptionNames(options, CONNECT_OPTIONS);
  const reach = reachOf(target, options);
  const { contexts = ['base:allocation'], reconnect } = options;
  const connections = checkWhole('connections', options.connections ?? 1, 1);
  const requestsMax = checkWhole(
    'requestsMax',
    options.requestsMax ?? REQUESTS_MAX * connections,
    1,
  );
  const bytesMax = checkWhole('bytesMax', options.bytesMax ?? BYTES_MAX, 1);
  const policy = reconnect === undefined ? undefined : policyOf(reconnect);
  const first = await openLink(reach, contexts, options.signal);
  const info = infoOf(first);
  const changes = new ChangeRecord();
  const group = new LinkGroup(first, {
    open: (signal) => openLink(reach, contexts, signal),
    wanted: canShare(info) ? connections : 1,
    policy,
    onLoss: () => changes.connectionLost(),
  });
  return new ExportClient({
    info,
    group,
    desk: new RequestDesk(group, new Turnstile(requestsMax, bytesMax)),
    changes,
    repeatChanges: policy?.retry === 'changes',
    list: ({ signal } = {}) => listExports(reach, signal),
  });
}

/** Where a flush on one connection covers them all, or nothing is ever to be flushed. */
function canShare({ can }: ExportInfo): boolean {
  return can.multiConn || !can.write;
}

function infoOf({ entered, tls }: EnteredLink): ExportInfo {
  return exportInfoOf(entered, {
    framing: entered.replyMode,
    contexts: entered.contexts.map(({ name }) => name),
    tls,
  });
}

function policyOf(policy: ReconnectPolicy): SettledPolicy {
  checkOptionNames(policy, RECONNECT_OPTIONS, 'reconnect: ');
  const { retry = 'reads', onRetry = () => undefined } = policy;
  if (retry !== 'reads' && retry !== 'changes') {
    throw new TypeError(`retry must be "reads" or "changes", not ${JSON.stringify(retry)}`);
  }
  return {
    attempts: checkWhole('attempts', policy.attempts, 1),
    delay: checkMillis('delay', policy.delay ?? DELAY),
    delayMax: checkMillis('delayMax', policy.delayMax ?? DELAY_MAX),
    retry,
    onRetry,
  };
}
