/** Signatures of requests, version 4, by the signer of the SDK. */
import { Sha256Node } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { type BucketAddress, encodeValue } from './bucket-address.ts';
import type { Credentials } from './credential-source.ts';

export interface UnsignedRequest {
  readonly method: string;
  /** Undefined: the bucket. */
  readonly key: string | undefined;
  readonly query: Readonly<Record<string, string>>;
  /** With `x-amz-content-sha256`, without Host. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface SignedRequest {
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export class RequestSigner {
  readonly #signer: SignatureV4;
  readonly #date: () => Date;

  /** `find` answers credentials that hold now, `date` what the clock on the wall shows. */
  constructor(
    region: string,
    find: () => Promise<Credentials>,
    date: () => Date = () => new Date(),
  ) {
    this.#date = date;
    this.#signer = new SignatureV4({
      service: 's3',
      region,
      credentials: find,
      sha256: Sha256Node,
      // Of S3 alone: the path is in the signature as it is sent, encoded once.
      uriEscapePath: false,
      applyChecksum: false,
    });
  }

  /** Signs for the bucket at one endpoint. Rejects with what `find` rejects with. */
  async sign(address: BucketAddress, request: UnsignedRequest): Promise<SignedRequest> {
    const path = address.pathOf(request.key);
    const { headers } = await this.#signer.sign(
      {
        method: request.method,
        protocol: address.isSecure ? 'https:' : 'http:',
        hostname: address.host,
        path,
        query: { ...request.query },
        headers: { ...request.headers, host: address.host },
      },
      { signingDate: this.#date() },
    );
    return { path: `${path}${queryOf(request.query)}`, headers };
  }
}

function queryOf(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(
    ([name, value]) => `${encodeValue(name)}=${encodeValue(value)}`,
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
