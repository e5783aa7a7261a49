/**
 * A place on this machine where chunks that were read are kept for later. In one store names of objects are written once
 * and never mean other bytes, so whatever it still has of a name is right, whoever has changed the volume since.
 */
export interface ChunkStore {
  /** A copy of what was kept, the caller's from now on; undefined: it is not there, or not any more. Never rejects. */
  read(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Keeps a copy, if it likes to: `bytes` are lent until the promise settles. Never rejects. */
  keep(key: string, bytes: Uint8Array): Promise<void>;
}

/** Keeps chunks in memory, `bytesMax` bytes at the most; those that were kept longest go first. */
export function memoryChunkStore(bytesMax: number): ChunkStore {
  const chunks = new Map<string, Uint8Array>();
  let held = 0;
  return {
    read: async (key) => chunks.get(key)?.slice(),
    async keep(key, bytes) {
      if (chunks.has(key) || bytes.length > bytesMax) return;
      chunks.set(key, new Uint8Array(bytes));
      held += bytes.length;
      for (const [oldest, { length }] of chunks) {
        if (held <= bytesMax) return;
        chunks.delete(oldest);
        held -= length;
      }
    },
  };
}
