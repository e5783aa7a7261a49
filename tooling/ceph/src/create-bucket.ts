/** The one request to a gateway that no volume makes: a new bucket. */
import { Sha256Node } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import type { GatewayAccess } from './gateway-access.ts';

/** Makes the bucket at the first endpoint. Rejects if it is not there then. */
export async function createBucket(access: GatewayAccess): Promise<void> {
  const url = new URL(`/${access.bucket}`, access.endpoints[0]);
  const signer = new SignatureV4({
    service: 's3',
    region: access.region,
    credentials: access.credentials,
    sha256: Sha256Node,
    uriEscapePath: false,
  });
  const { headers } = await signer.sign({
    method: 'PUT',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { host: url.host },
  });
  const answer = await fetch(url, { method: 'PUT', headers });
  if (!answer.ok) throw new Error(`expected a new bucket, found status ${answer.status}`);
}
