import type { ObjectStore } from '@nbd/driver-object-store';
import { s3Store } from '@nbd/object-store-s3';
import type { GatewayAccess } from '../gateway-access.ts';

/** What lies below a prefix of the bucket, as a store. */
export function storeBelow(
  { endpoints, region, bucket, credentials }: GatewayAccess,
  prefix: string,
): ObjectStore {
  return s3Store({ endpoints, region, bucket, credentials, prefix });
}
