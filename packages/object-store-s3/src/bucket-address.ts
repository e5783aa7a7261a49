/**
 * Where a bucket is: from an endpoint and a name to hosts and paths.
 */

/** A bucket at one endpoint. */
export class BucketAddress {
  /** `http[s]://HOST[:PORT]`, for the connection. */
  readonly origin: string;
  readonly isSecure: boolean;
  /** What the header Host says. */
  readonly host: string;
  readonly #root: string;

  /** @throws TypeError for an endpoint or a name that cannot be */
  constructor(endpoint: string, bucket: string, addressing: 'path' | 'virtual-host' | undefined) {
    const url = endpointUrl(endpoint);
    checkBucket(bucket);
    const inHost = (addressing ?? usualAddressing(url, bucket)) === 'virtual-host';
    if (inHost && !HOST_LABELS.test(bucket)) {
      throw new TypeError(`a bucket named ${JSON.stringify(bucket)} cannot be part of a host name`);
    }
    this.host = inHost ? `${bucket}.${url.host}` : url.host;
    this.origin = `${url.protocol}//${this.host}`;
    this.isSecure = url.protocol === 'https:';
    this.#root = inHost ? '' : `/${bucket}`;
  }

  /** The path of an object, or of the bucket itself, as it is sent and signed. */
  pathOf(key: string | undefined): string {
    if (key === undefined) return this.#root === '' ? '/' : this.#root;
    return `${this.#root}/${encodeKey(key)}`;
  }
}

/** Amazon's own endpoint of a region. */
export function amazonEndpoint(region: string): string {
  if (!/^[a-z0-9-]+$/.test(region)) {
    throw new TypeError(
      `region must be a name such as "eu-central-1", not ${JSON.stringify(region)}`,
    );
  }
  return `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** A value as a signature has it: all but the unreserved characters as octets. RFC 3986, section 2.3. */
export function encodeValue(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, percent);
}

/** A key is encoded but for its slashes. */
function encodeKey(key: string): string {
  return encodeValue(key).replaceAll('%2F', '/');
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function endpointUrl(endpoint: string): URL {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url === undefined || !isWeb || `${url.pathname}${url.search}${url.hash}` !== '/') {
    throw new TypeError(`an endpoint must be http[s]://HOST[:PORT], not ${withoutUser(endpoint)}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('an endpoint must be http[s]://HOST[:PORT], without a user');
  }
  return url;
}

/** What could be a password is not shown. */
function withoutUser(endpoint: string): string {
  return JSON.stringify(endpoint.replace(/\/\/.*@/, '//'));
}

/** Stores differ in what they allow; a slash is what none does, and what would be another path. */
function checkBucket(bucket: string): void {
  if (/^[\w.-]{1,255}$/.test(bucket) && !/^\.*$/.test(bucket)) return;
  throw new TypeError(
    `a bucket must be named with letters, digits, dots and dashes, not ${JSON.stringify(bucket)}`,
  );
}

function usualAddressing(url: URL, bucket: string): 'path' | 'virtual-host' {
  // A certificate for *.HOST does not cover a name with dots.
  const isPlain = HOST_LABELS.test(bucket) && !bucket.includes('.');
  return isPlain && /\.amazonaws\.com(?:\.cn)?$/.test(url.hostname) ? 'virtual-host' : 'path';
}

const HOST_LABELS = /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])$/;
