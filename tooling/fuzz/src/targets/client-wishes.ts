/** What a client asks for, one thing after the other, as the choices of an input say. */
import { Option } from '@nbd/codec';
import type { ClientRequest, ClientSession } from '@nbd/session';
import type { Dice } from '../../../../packages/session/test/client/dice.ts';
import { content } from '../../../../packages/session/test/client-bytes.ts';
import type { AskedFacts } from './told-content.ts';

/** What one more option is asked for with. */
type Wish = (session: ClientSession) => void;

const CONTEXTS = ['base:allocation', 'x-test:map'];
const extended: Wish = (session) => session.requestExtendedHeaders();
const structured: Wish = (session) => session.requestStructuredReplies();
const list: Wish = (session) => session.list();
const listContexts: Wish = (session) => session.listContexts('disk', ['base:']);
const setContexts: Wish = (session) => session.setContexts('disk', CONTEXTS);
const info: Wish = (session) => session.info('disk');
const go: Wish = (session) => session.go('disk');
const exportName: Wish = (session) => session.exportName('disk');
const startTls: Wish = (session) => session.startTls();

/** Each a way through the haggling; the first choice says which. */
export const WAYS: readonly (readonly Wish[])[] = [
  [go],
  [structured, setContexts, go],
  [extended, setContexts, go],
  [list, listContexts, info, structured, info, go],
  [exportName],
  [startTls, extended, setContexts, go],
  [structured, extended, setContexts, setContexts, go, go, go],
  [go, go, go, exportName],
];

/** The options that a way asks for, in order. */
export const WAY_OPTIONS: readonly (readonly number[])[] = [
  [Option.GO],
  [Option.STRUCTURED_REPLY, Option.SET_META_CONTEXT, Option.GO],
  [Option.EXTENDED_HEADERS, Option.SET_META_CONTEXT, Option.GO],
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
  const hasContexts = (session.entered?.contexts.length ?? 0) > 0;
  for (let tag = 0; tag < 10; tag++) {
    const length = 1 + 8 * dice.below(250);
    const offset = 8 * dice.below(200);
    const guarded = new Guarded(length);
    memory.push(guarded);
    const request =
      tag % 5 === 3
        ? session.write(content(length), offset)
        : tag % 5 === 4 && hasContexts
          ? session.blockStatus(offset, length)
          : session.read(guarded.target, offset);
    request.tag = tag;
    requests.push(request);
  }
  const facts = requests.map(({ type, cookieHigh, cookieLow, offset, length }) => ({
    type,
    cookie: (BigInt(cookieHigh) << 32n) | BigInt(cookieLow),
    offset,
    length,
  }));
  return { requests, memory, facts, heardMessages };
}
