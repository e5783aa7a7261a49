/** What a client asks for once it is let in: requests of every kind. */
import { Command } from '@nbd/codec';
import type { ClientRequest, ClientSession } from '@nbd/session';
import type { Dice } from '../../../../packages/session/test/client/dice.ts';
import { content } from '../../../../packages/session/test/client-bytes.ts';
import type { AskedFacts } from './told-content.ts';

/** Many READs, whose replies have most to them. */
const ORDER: readonly Command[] = [
  Command.READ,
  Command.READ,
  Command.WRITE,
  Command.BLOCK_STATUS,
  Command.READ,
  Command.TRIM,
  Command.WRITE_ZEROES,
  Command.READ,
  Command.CACHE,
  Command.FLUSH,
  Command.WRITE,
  Command.BLOCK_STATUS,
  Command.RESIZE,
  Command.READ,
];

/** A piece of memory that is read into, with borders that must stay as they are. */
export class Guarded {
  static readonly #BORDER = 16;
  static readonly #GUARD = 0xca;
  readonly target: Uint8Array;
  readonly #whole: Uint8Array;

  constructor(length: number) {
    this.#whole = new Uint8Array(length + 2 * Guarded.#BORDER).fill(Guarded.#GUARD);
    this.target = this.#whole.subarray(Guarded.#BORDER, Guarded.#BORDER + length);
  }

  /** Whether nothing was written beside the target. */
  get isIntact(): boolean {
    const isGuard = (byte: number) => byte === Guarded.#GUARD;
    const behind = this.#whole.subarray(Guarded.#BORDER + this.target.length);
    return this.#whole.subarray(0, Guarded.#BORDER).every(isGuard) && behind.every(isGuard);
  }
}

export interface Asked {
  readonly requests: readonly ClientRequest[];
  readonly memory: readonly Guarded[];
  /** What was sent: a request is used again once it is answered. */
  readonly facts: readonly AskedFacts[];
  /** How many messages came before the one that let us in. */
  readonly heardMessages: number;
}

/** Makes requests of every kind, each with its number as its tag. */
export function askAll(session: ClientSession, dice: Dice, heardMessages: number): Asked {
  const memory: Guarded[] = [];
  const requests: ClientRequest[] = [];
  const leaves = dice.oneIn(4);
  const filters = dice.oneIn(3);
  for (const [tag, type] of ORDER.entries()) {
    const length = 1 + 8 * dice.below(250);
    const offset = 8 * dice.below(200);
    const guarded = new Guarded(type === Command.READ ? length : 0);
    memory.push(guarded);
    const request = ask(session, type, { target: guarded.target, offset, length, filters });
    request.tag = tag;
    requests.push(request);
  }
  const facts = requests.map(({ type, cookieHigh, cookieLow, offset, length }) => ({
    type,
    cookie: (BigInt(cookieHigh) << 32n) | BigInt(cookieLow),
    offset,
    length,
  }));
  if (leaves) session.disconnect();
  return { requests, memory, facts, heardMessages };
}

interface Place {
  readonly target: Uint8Array;
  readonly offset: number;
  readonly length: number;
  /** Whether BLOCK_STATUS asks for some of the contexts, where that can be said. */
  readonly filters: boolean;
}

function ask(session: ClientSession, type: Command, place: Place): ClientRequest {
  const { target, offset, length } = place;
  switch (type) {
    case Command.WRITE:
      return session.write(content(length), offset);
    case Command.FLUSH:
      return session.flush();
    case Command.TRIM:
      return session.trim(offset, length);
    case Command.WRITE_ZEROES:
      return session.zero(offset, length);
    case Command.CACHE:
      return session.cache(offset, length);
    case Command.RESIZE:
      return session.resize(offset);
    case Command.BLOCK_STATUS:
      return askStatus(session, place);
    default:
      return session.read(target, offset);
  }
}

/** A CACHE where there are no maps to ask for. */
function askStatus(session: ClientSession, { offset, length, filters }: Place): ClientRequest {
  const { contexts = [], replyMode } = session.entered ?? {};
  const [context] = contexts;
  if (context === undefined) return session.cache(offset, length);
  const ids = filters && replyMode === 'extended' ? [context.id] : undefined;
  return session.blockStatus(offset, length, 0, ids);
}
