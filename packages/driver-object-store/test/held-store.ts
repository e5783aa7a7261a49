/** A store as one of several reaches it, who stands still where a test says so. */
import type { ObjectStore } from '../src/index.ts';
import { moment } from './moment.ts';

export interface HeldCall {
  readonly kind: 'get' | 'put' | 'list' | 'deleteMany';
  /** Of a list, its prefix; of several, the first one. */
  readonly key: string;
}

export interface HeldStore extends ObjectStore {
  /** The next call that matches waits until the answer of this function is called. */
  holdAt(matches: (call: HeldCall) => boolean): () => void;
}

export function heldStore(store: ObjectStore): HeldStore {
  const holds: { readonly matches: (call: HeldCall) => boolean; readonly until: Promise<void> }[] =
    [];
  async function pass(kind: HeldCall['kind'], key: string): Promise<void> {
    const found = holds.findIndex(({ matches }) => matches({ kind, key }));
    if (found !== -1) await holds.splice(found, 1)[0]?.until;
  }
  return {
    ...store,
    holdAt(matches) {
      const { until, come } = moment();
      holds.push({ matches, until });
      return come;
    },
    async get(key, options) {
      await pass('get', key);
      return store.get(key, options);
    },
    async put(key, parts, options) {
      await pass('put', key);
      return store.put(key, parts, options);
    },
    async list(prefix, options) {
      await pass('list', prefix);
      return store.list(prefix, options);
    },
    async deleteMany(keys, options) {
      await pass('deleteMany', keys[0] ?? '');
      return store.deleteMany(keys, options);
    },
  };
}
