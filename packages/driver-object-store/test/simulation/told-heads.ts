/** A store that tells hosts something else than heads say. */
import type { ObjectStore } from '../../src/index.ts';
import { type PlainHead, plainHead } from './reference-content.ts';

/** `tell` answers what is told in place of the head, of which it gets the key too. */
export function tellsHeads(
  store: ObjectStore,
  tell: (head: PlainHead, key: string) => object | Promise<object>,
): ObjectStore {
  return {
    ...store,
    async get(key, options) {
      const found = await store.get(key, options);
      if (found === undefined || !key.endsWith('/head')) return found;
      const told = JSON.stringify(await tell(plainHead(found.bytes), key));
      return { ...found, bytes: new TextEncoder().encode(told) };
    },
  };
}
