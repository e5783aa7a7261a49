/**
 * A bucket of an S3-compatible store, as the store of volumes: the five calls of `ObjectStore`.
 *
 * @packageDocumentation
 */
export { collectLate } from './collect-late.ts';
export type { Credentials } from './credential-source.ts';
export type { S3Attempt, S3RequestKind, S3StoreOptions } from './s3-options.ts';
export { s3Store } from './s3-store.ts';
export { standardS3Settings, type StandardS3Settings } from './standard-settings.ts';
export type { StoreClock } from './store-clock.ts';
