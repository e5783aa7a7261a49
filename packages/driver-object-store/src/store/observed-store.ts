/** A store whose requests are told to an observer. */
import type { VolumeObserver, RequestKind } from './observer.ts';
import type { ObjectStore } from './object-store.ts';
import type { Clock } from '../surroundings.ts';

export function observedStore(
  store: ObjectStore,
  observer: VolumeObserver,
  clock: Clock,
): ObjectStore {
  async function told<Answer>(
    kind: RequestKind,
    measure: (answer: Answer) => number,
    request: Promise<Answer>,
  ): Promise<Answer> {
    const began = clock.now();
    try {
      const answer = await request;
      observer.request?.(kind, measure(answer), clock.now() - began, 'done');
      return answer;
    } catch (error) {
      observer.request?.(kind, 0, clock.now() - began, 'failed');
      throw error;
    }
  }

  return {
    name: store.name,
    get: (key, options) =>
      told('get', (found) => found?.bytes.length ?? 0, store.get(key, options)),
    put: (key, parts, options) =>
      told(
        options?.condition === undefined ? 'put' : 'swap',
        () => parts.reduce((sum, { length }) => sum + length, 0),
        store.put(key, parts, options),
      ),
    delete: (key, options) => told('delete', () => 0, store.delete(key, options)),
    deleteMany: (keys, options) => told('delete', () => 0, store.deleteMany(keys, options)),
    list: (prefix, options) => told('list', () => 0, store.list(prefix, options)),
    close: () => store.close(),
  };
}
