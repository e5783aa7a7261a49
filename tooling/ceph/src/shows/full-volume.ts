/** Volumes all of whose chunks are there, without the hours that it takes to write them. */
import { createVolume, type ObjectStore } from '@nbd/driver-object-store';

const CHUNK_BYTES = 2 ** 18;

/** More than a gateway on a small machine can use. */
const PUTS_AT_A_TIME = 48;

/**
 * Makes a volume of `size` bytes with an object for each chunk, as one flush of all of it would leave it. Each is a
 * byte long: an opening lists objects, and reads none.
 */
export async function makeFullVolume(
  store: ObjectStore,
  volume: string,
  size: number,
): Promise<{ readonly chunks: number; readonly seconds: number }> {
  const start = performance.now();
  await createVolume(store, { volume, size, chunkBytes: CHUNK_BYTES });
  const key = `${volume}/head`;
  const seen = await store.get(key);
  if (seen === undefined) throw new Error(`expected ${key}`);
  const head = JSON.parse(new TextDecoder().decode(seen.bytes)) as Readonly<{ id: string }>;
  const chunks = size / CHUNK_BYTES;
  let next = 0;
  const putSome = async (): Promise<void> => {
    while (next < chunks) {
      const chunk = next++;
      await store.put(keyOf(volume, head.id, chunk), [ONE_BYTE]);
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
function keyOf(volume: string, id: string, chunk: number): string {
  const digits = chunk.toString(16).padStart(8, '0');
  return `${volume}/c/${id}/${digits.slice(6)}/${digits}/1-${(chunk + 1).toString(16)}`;
}
