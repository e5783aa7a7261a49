/** `s3Store`: options in, a store out. */
import type { ObjectStore } from '@nbd/driver-object-store';
import { amazonEndpoint, BucketAddress } from './bucket-address.ts';
import { BucketDesk } from './bucket-desk.ts';
import { BucketStore } from './bucket-store.ts';
import { Caller } from './caller.ts';
import { CredentialSource } from './credential-source.ts';
import { EndpointRing } from './endpoint-ring.ts';
import { KeySpace } from './key-space.ts';
import { RequestSigner } from './request-signer.ts';
import { callLimits, type S3StoreOptions } from './s3-options.ts';
import { PROCESS_CLOCK } from './store-clock.ts';

/**
 * Makes a store of a bucket, or of what lies below a prefix in it. Nothing is sent before the first call. Whoever
 * writes to it in a race with others should first see by `probeConditions` that its conditions work.
 *
 * @throws TypeError or RangeError for options that cannot be
 */
export function s3Store(options: S3StoreOptions): ObjectStore {
  const { bucket, prefix = '', region, addressing } = options;
  const { clock = PROCESS_CLOCK, random = Math.random, onAttempt = () => undefined } = options;
  if (!/^[\w-]+$/.test(region)) {
    throw new TypeError(`region must be a name such as "us-east-1", not ${JSON.stringify(region)}`);
  }
  const limits = callLimits(options);
  const endpoints = options.endpoints ?? [amazonEndpoint(region)];
  if (endpoints.length === 0) throw new TypeError('endpoints must be at least one');
  const addresses = endpoints.map((endpoint) => new BucketAddress(endpoint, bucket, addressing));
  const credentials = new CredentialSource(options.credentials);
  const caller = new Caller({
    ring: new EndpointRing(addresses, limits.connections),
    signer: new RequestSigner(region, () => credentials.find()),
    credentials,
    limits,
    clock,
    random,
    onAttempt,
  });
  const keys = new KeySpace(bucket, prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`);
  const desk = new BucketDesk(caller, keys, region);
  return new BucketStore(desk, keys, signsPayload(options.payload, addresses));
}

/** TLS protects what is written as well as a signature would, for less. */
function signsPayload(
  payload: S3StoreOptions['payload'],
  addresses: readonly BucketAddress[],
): boolean {
  if (payload === undefined) return !addresses.every(({ isSecure }) => isSecure);
  if (payload === 'signed' || payload === 'unsigned') return payload === 'signed';
  throw new TypeError(`payload must be "signed" or "unsigned", not ${JSON.stringify(payload)}`);
}
