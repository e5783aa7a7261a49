/**
 * What the replies to one option add up to: entries, and then the event for the final ACK.
 * Spec: proto.md, "Option reply types".
 */
import {
  decodeMetaContextReply,
  decodeServerReply,
  Option,
  OptionReply,
  type ServerReply,
} from '@nbd/codec';
import type { Agreement } from '../../agreement/agreement.ts';
import type { MetaContext } from '../../agreement/terms.ts';
import type { OptionAnswer } from '../client-event.ts';
import { Violation } from '../violation.ts';

export interface OptionGathering {
  readonly option: Option;
  /** The OptionReply of its entries; undefined: it has none. */
  readonly entryType: OptionReply | undefined;
  /**
   * Takes the data of an entry, which is borrowed.
   *
   * @throws WireError, Violation
   */
  add(data: Uint8Array): void;
  /**
   * The event for the ACK.
   *
   * @throws Violation
   */
  finish(agreement: Agreement): OptionAnswer;
}

/** An option without entries. */
export function gatherNothing(option: Option, answer: OptionAnswer): OptionGathering {
  return { option, entryType: undefined, add: () => undefined, finish: () => answer };
}

export function gatherList(): OptionGathering {
  const exports: ServerReply[] = [];
  return {
    option: Option.LIST,
    entryType: OptionReply.SERVER,
    add: (data) => exports.push(decodeServerReply(data)),
    finish: () => ({ kind: 'listed', exports }),
  };
}

export function gatherContextNames(exportName: string): OptionGathering {
  const names: string[] = [];
  return {
    option: Option.LIST_META_CONTEXT,
    entryType: OptionReply.META_CONTEXT,
    add: (data) => names.push(decodeMetaContextReply(data).name),
    finish: () => ({ kind: 'contexts-listed', exportName, names }),
  };
}

export function gatherContexts(exportName: string, contextsMax: number): OptionGathering {
  const contexts = new Map<number, MetaContext>();
  return {
    option: Option.SET_META_CONTEXT,
    entryType: OptionReply.META_CONTEXT,
    add: (data) => {
      const { contextId: id, name } = decodeMetaContextReply(data);
      if (contexts.has(id)) {
        throw new Violation(
          'bad-option-reply',
          `SET_META_CONTEXT: expected unique context ids, found ${id} twice`,
        );
      }
      if (contexts.size === contextsMax) {
        throw new Violation(
          'too-many-option-replies',
          `SET_META_CONTEXT: expected at most ${contextsMax} contexts`,
        );
      }
      contexts.set(id, { id, name });
    },
    finish: () => ({ kind: 'contexts-set', exportName, contexts: [...contexts.values()] }),
  };
}
