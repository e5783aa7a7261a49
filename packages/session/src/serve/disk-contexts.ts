/**
 * The maps of a disk as meta contexts: "base:allocation", which every disk has, and those it declares.
 * Spec: proto.md, "Metadata querying".
 */
import type { Driver } from '@nbd/driver';
import type { AvailableContext } from '../server/handshake/meta-context-options.ts';
import { isSendable } from './sendable.ts';

/** The context that the protocol defines: the extents of the disk, or that all of it is data (C-162). */
export const BASE_ALLOCATION = 'base:allocation';

/** A namespace, a colon, and the rest: the namespace is of printable characters without blanks. */
const CONTEXT_NAME = /^[^\s:\p{C}]+:/u;

/**
 * The meta contexts that a disk has.
 *
 * @throws RangeError for a map whose name cannot be that of a context, or is another's
 */
export function contextsOf({ maps = [] }: Driver): readonly AvailableContext[] {
  const contexts: AvailableContext[] = [{ name: BASE_ALLOCATION }];
  for (const { name, wide } of maps) {
    const isName = CONTEXT_NAME.test(name) && !name.startsWith('base:') && isSendable(name);
    if (!isName || contexts.some((context) => context.name === name)) {
      throw new RangeError(
        `the map of a disk must be named "namespace:leaf", at most 4096 bytes, not of "base", and each differently: ` +
          `found ${JSON.stringify(name.slice(0, 80))}`,
      );
    }
    contexts.push({ name, ...(wide === true && { wide }) });
  }
  return contexts;
}
