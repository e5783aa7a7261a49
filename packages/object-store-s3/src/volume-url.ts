/**
 * Stores and volumes as people name them: `s3://BUCKET[/PREFIX]` and `s3://BUCKET[/PREFIX]/VOLUME[@SNAPSHOT]`.
 *
 * @packageDocumentation
 */

export interface StoreUrl {
  readonly bucket: string;
  /** Empty: the bucket itself. */
  readonly prefix: string;
}

export interface VolumeUrl extends StoreUrl {
  readonly volume: string;
  /** Undefined: the volume as it is. */
  readonly snapshot: string | undefined;
}

/** Where the store is. Throws a `TypeError` that says what was expected. */
export function parseStoreUrl(url: string): StoreUrl {
  const { bucket, path } = parts(url, 's3://BUCKET[/PREFIX]');
  return { bucket, prefix: path.join('/') };
}

/** Which volume it is, and in which store. Throws a `TypeError` that says what was expected. */
export function parseVolumeUrl(url: string): VolumeUrl {
  const form = 's3://BUCKET[/PREFIX]/VOLUME[@SNAPSHOT]';
  const { bucket, path } = parts(url, form);
  const [volume = '', snapshot, ...rest] = (path.at(-1) ?? '').split('@');
  if (volume === '' || snapshot === '' || rest.length > 0) throw unexpected(url, form);
  return { bucket, prefix: path.slice(0, -1).join('/'), volume, snapshot };
}

/** A slash at the end is no matter; one too many elsewhere may be a mistake. */
function parts(url: string, form: string): { readonly bucket: string; readonly path: string[] } {
  const [, rest] = /^s3:\/\/(.+?)\/?$/.exec(url) ?? [];
  const [bucket, ...path] = rest?.split('/') ?? [];
  if (bucket === undefined || [bucket, ...path].includes('')) throw unexpected(url, form);
  return { bucket, path };
}

function unexpected(url: string, form: string): TypeError {
  return new TypeError(`expected ${form}, found ${JSON.stringify(url)}`);
}
