/**
 * A scripted peer for a `ServerSession`, without I/O, so that a test reads like a transcript:
 *
 *   const { client, host } = conversation();
 *   client.hears(greeting());
 *   client.says(clientFlags(3), option(Option.LIST));
 *   host.isAsked({ kind: 'list' });
 *   host.lists([]);
 *   client.hears(ack(Option.LIST));
 *
 * What was received is overwritten as soon as the session has had its turn, as a transport would.
 */
import { Option, TransmissionFlag } from '@nbd/codec';
import {
  BufferPool,
  type ExportFacts,
  type ReplyMode,
  ServerSession,
  type ServerSessionOptions,
  type SessionLimits,
} from '../src/index.ts';
import { clientFlags, contextsOption, go, option } from './client-bytes.ts';
import { Client, Host, Turns } from './conversation-sides.ts';
import { expectEqual } from './expectations.ts';
import { ack, exportInfo, greeting, metaContext } from './server-bytes.ts';

/** Every feature that can be had with simple replies. */
export const ALL_FLAGS: number =
  TransmissionFlag.HAS_FLAGS |
  TransmissionFlag.SEND_FLUSH |
  TransmissionFlag.SEND_FUA |
  TransmissionFlag.SEND_TRIM |
  TransmissionFlag.SEND_WRITE_ZEROES |
  TransmissionFlag.SEND_FAST_ZERO |
  TransmissionFlag.SEND_CACHE |
  TransmissionFlag.SEND_RESIZE;

/** An export of 64 KiB that can do everything, but for what `differing` says. */
export function factsOf(differing: Partial<ExportFacts> = {}): ExportFacts {
  return {
    name: 'disk',
    description: undefined,
    size: 65_536,
    transmissionFlags: ALL_FLAGS,
    blockMinimum: 1,
    blockPreferred: 4096,
    payloadMax: 32 * 2 ** 20,
    ...differing,
  };
}

export interface Conversation {
  readonly session: ServerSession;
  readonly pool: BufferPool;
  readonly client: Client;
  readonly host: Host;
}

/** What a server may be told, beside its limits. */
export type Willingness = Pick<ServerSessionOptions, 'tls' | 'replyModeMax'>;

export function conversation(
  limits: Partial<SessionLimits> = {},
  pool: BufferPool = new BufferPool(),
  willingness: Willingness = {},
): Conversation {
  const session = new ServerSession({ limits, pool, ...willingness });
  const turns = new Turns(session);
  turns.take();
  return { session, pool, client: new Client(turns), host: new Host(turns) };
}

/** A conversation whose client has said its flags and heard the greeting. */
export function haggling(
  flags = 3,
  limits: Partial<SessionLimits> = {},
  pool?: BufferPool,
  willingness?: Willingness,
): Conversation {
  const talk = conversation(limits, pool, willingness);
  talk.client.hears(greeting());
  talk.client.says(clientFlags(flags));
  return talk;
}

/** A conversation that has entered the export of `facts`. */
export function entered(
  facts: ExportFacts = factsOf(),
  limits: Partial<SessionLimits> = {},
  pool?: BufferPool,
): Conversation {
  const talk = haggling(3, limits, pool);
  talk.client.says(go(facts.name));
  talk.host.isAsked({ kind: 'open', option: Option.GO, exportName: facts.name });
  talk.host.grants(facts);
  talk.client.hears(exportInfo(Option.GO, facts.size, facts.transmissionFlags), ack(Option.GO));
  return talk;
}

/** How `enteredIn` enters: the form of replies, the contexts that the export has, and which of them are selected. */
export interface Entrance {
  readonly replyMode: ReplyMode;
  readonly facts?: ExportFacts;
  /** All of them are selected, with ids from 1 on. */
  readonly contexts?: readonly string[];
  readonly limits?: Partial<SessionLimits>;
  readonly pool?: BufferPool;
}

/** A conversation that has entered an export in that form of replies, with those contexts selected. */
export function enteredIn({
  replyMode,
  facts = factsOf(),
  contexts = [],
  limits,
  pool,
}: Entrance): Conversation {
  const talk = haggling(3, limits, pool);
  const { client, host, session } = talk;
  if (replyMode !== 'simple') {
    const number = replyMode === 'extended' ? Option.EXTENDED_HEADERS : Option.STRUCTURED_REPLY;
    client.says(option(number));
    client.hears(ack(number));
  }
  if (contexts.length > 0) {
    client.says(contextsOption(Option.SET_META_CONTEXT, facts.name, ...contexts));
    host.isAsked({ kind: 'contexts', option: Option.SET_META_CONTEXT, exportName: facts.name });
    host.grantsContexts(contexts.map((name) => ({ name })));
    const told = contexts.map((name, i) => metaContext(Option.SET_META_CONTEXT, i + 1, name));
    client.hears(...told, ack(Option.SET_META_CONTEXT));
  }
  client.says(go(facts.name));
  host.isAsked({ kind: 'open', option: Option.GO, exportName: facts.name });
  host.grants(facts);
  expectEqual(session.phase, 'transmission');
  client.hearsAnything();
  return talk;
}
