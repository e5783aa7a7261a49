/** Volumes all of whose chunks are there, without the hours that it takes to write them. */
import { createVolume, type ObjectStore } from '@nbd/driver-object-store';
import { s3Store } from '@nbd/object-store-s3';
import type { GatewayAccess } from '../gateway-access.ts';

export const FULL_VOLUME = 'full';

const CHUNK_BYTES = 2 ** 18;

/** More than a gateway on a small machine can use. */
const PUTS_AT_A_TIME = 48;

/** Where it lies at a gateway. */
export function fullStore(access: GatewayAccess): ObjectStore {
  const many = { connections: 64, uploads: PUTS_AT_A_TIME };
  return s3Store({ ...access, ...many, prefix: 'full', payload: 'unsigned' });
}

/**
 * Makes a volume of `size` bytes with an object for each chunk, as one flush of all of it would leave it. Each is a
 * byte long: an opening lists objects, and reads none.
 */
export async function makeFullVolume(
  store: ObjectStore,
  size: number,
): Promise<{ readonly chunks: number; readonly seconds: number }> {
  const start = performance.now();
  await createVolume(store, { volume: FULL_VOLUME, size, chunkBytes: CHUNK_BYTES });
  const key = `${FULL_VOLUME}/head`;
  const seen = await store.get(key);
  if (seen === undefined) throw new Error(`expected ${key}`);
  const head = JSON.parse(new TextDecoder().decode(seen.bytes)) as Readonly<{ id: string }>;
  const chunks = size / CHUNK_BYTES;
  let next = 0;
  const putSome = async (): Promise<void> => {
    while (next < chunks) {
      const chunk = next++;
      await store.put(keyOf(head.id, chunk), [ONE_BYTE]);
    }
  };
  await Promise.all(Array.from({ length: PUTS_AT_A_TIME }, putSome));
  const written = { ...head, generation: 1, durable: chunks, nonce: 'full' };
  await store.put(key, [new TextEncoder().encode(JSON.stringify(written))], {
    condition: { etag: seen.etag },
  });
  return { chunks, seconds: (performance.now() - start) / 1000 };
}

const ONE_BYTE = Uint8Array.of(1);

/** The first chunk has sequence 1, and so on, of the first generation. */
function keyOf(id: string, chunk: number): string {
  const digits = chunk.toString(16).padStart(8, '0');
  return `${FULL_VOLUME}/c/${id}/${digits.slice(6)}/${digits}/1-${(chunk + 1).toString(16)}`;
}
