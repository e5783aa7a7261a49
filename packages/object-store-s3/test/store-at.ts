import type { ObjectStore } from '@nbd/driver-object-store';
import { type S3StoreOptions, s3Store } from '../src/index.ts';
import { InstantClock } from './instant-clock.ts';

export const SECRET = 'do-not-show-this-secret';
export const KEY_ID = 'DONOTSHOWTHISKEY';

/** A store `s3://bucket/p` at servers of a test, and the clock that it goes by. */
export function storeAt(
  endpoints: readonly string[],
  options: Partial<S3StoreOptions> = {},
): { readonly store: ObjectStore; readonly clock: InstantClock } {
  const clock = new InstantClock();
  const store = s3Store({
    endpoints,
    bucket: 'bucket',
    prefix: 'p',
    region: 'us-east-1',
    credentials: { accessKeyId: KEY_ID, secretAccessKey: SECRET },
    clock,
    random: () => 0.5,
    ...options,
  });
  return { store, clock };
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
