/**
 * Finds out whether a store checks the conditions of writes. Some answer as if they did and overwrite all the same: on
 * these every host would believe to be the owner.
 */
import type { ObjectStore, PutOptions } from './object-store.ts';
import { drawName, machine, type Surroundings } from '../surroundings.ts';
import { VolumeError } from '../volume-error.ts';

const PROBES_PREFIX = '.probe/';

/**
 * Resolves if the store does what it must, as tried on an object of its own, which is removed. Rejects with a
 * `VolumeError` "conditions" if it does not, and with a `StoreError` if it cannot be asked.
 */
export async function probeConditions(
  store: ObjectStore,
  { random }: Surroundings = machine,
): Promise<void> {
  const key = PROBES_PREFIX + drawName(random);
  const put = async (text: string, condition: PutOptions['condition']) => {
    const bytes = new TextEncoder().encode(`${text} ${drawName(random)}`);
    return store.put(key, [bytes], condition === undefined ? {} : { condition });
  };
  const expect = (holds: boolean, what: string) => {
    if (holds) return;
    throw new VolumeError(
      'conditions',
      `${store.name}: the store accepts conditional writes but does not check them (${what}); no volume is safe there`,
    );
  };
  try {
    const first = await put('first', { absent: true });
    if (first === undefined) expect(false, 'it found a new object to exist');
    expect((await put('again', { absent: true })) === undefined, 'it created an object twice');
    const etag = first?.etag ?? '';
    const second = await put('second', { etag });
    if (second === undefined) expect(false, 'it did not know the version that it had just named');
    expect(
      (await put('stale', { etag })) === undefined,
      'it replaced another version than was asked for',
    );
    const found = await store.get(key);
    expect(found?.etag === second?.etag, 'it does not read what was written last');
  } finally {
    await store.delete(key);
  }
}
