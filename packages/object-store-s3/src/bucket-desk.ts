/**
 * Requests to a bucket, and what is wrong with an answer in the words of a `StoreError`.
 */
import { StoreError } from '@nbd/driver-object-store';
import type { CallAnswer, Caller } from './caller.ts';
import { type Fault, faultOf, meaningOf, spellFault } from './fault.ts';
import type { KeySpace } from './key-space.ts';
import { NO_PAYLOAD } from './payload.ts';
import { XmlError } from './read-xml.ts';
import type { CallRequest } from './send-once.ts';

/** Of an answer that says no more than how it went, bytes. */
const ANSWER_BYTES_MAX = 64 * 2 ** 10;

/** A request, but for what all have. */
export interface Asked extends Partial<CallRequest> {
  readonly kind: CallRequest['kind'];
  readonly method: CallRequest['method'];
  /** For messages: what it is about, as the caller has it. */
  readonly about: string;
}

export interface Told {
  readonly answer: CallAnswer;
  /** Undefined: it is a success. */
  readonly fault: Fault | undefined;
}

export class BucketDesk {
  readonly #caller: Caller;
  readonly #keys: KeySpace;
  readonly #region: string;

  constructor(caller: Caller, keys: KeySpace, region: string) {
    this.#caller = caller;
    this.#keys = keys;
    this.#region = region;
  }

  /** Rejects with a `StoreError` if there is no answer. */
  async ask(asked: Asked, signal: AbortSignal | undefined): Promise<Told> {
    const { about: _about, payload = NO_PAYLOAD, headers, ...request } = asked;
    try {
      const answer = await this.#caller.call(
        {
          key: undefined,
          query: {},
          bodyMax: ANSWER_BYTES_MAX,
          ...request,
          payload,
          headers: { ...headers, 'x-amz-content-sha256': payload.sha256 },
        },
        signal,
      );
      return { answer, fault: answer.status < 300 ? undefined : faultOf(answer) };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const { code, message, cause } = error;
      throw new StoreError(code, `${this.#spell(asked)}: ${message}`, { cause });
    }
  }

  /** What `read` makes of an answer, unless that is not what was expected. */
  read<T>(asked: Asked, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      throw this.invalid(asked, error.message);
    }
  }

  /** The answer is a `fault`. */
  refusal(asked: Asked, fault: Fault): StoreError {
    const { code, text } = meaningOf(fault, this.#region);
    return new StoreError(code, `${this.#spell(asked)}: ${text} (${spellFault(fault)})`);
  }

  /** The answer makes no sense. */
  invalid(asked: Asked, text: string): StoreError {
    return new StoreError('invalid', `${this.#spell(asked)}: ${text}`);
  }

  /** The request was sent before, and may be itself why its condition holds no more. */
  ambiguous(asked: Asked): StoreError {
    const text = 'the condition holds no more, maybe since an earlier request of this call has won';
    return new StoreError('ambiguous', `${this.#spell(asked)}: ${text}`);
  }

  close(): Promise<void> {
    return this.#caller.close();
  }

  #spell({ kind, about }: Asked): string {
    return `${kind} ${this.#keys.spell(about)}`;
  }
}
