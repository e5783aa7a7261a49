/**
 * A volume in a bucket, as a SPEC names it: its URL, and behind a question mark where this machine keeps chunks of it.
 *
 *   VOLUME = URL [ "?cacheFolder=" PATH [ "&cacheFolderBytes=" SIZE ] ]
 *
 * As in any query, `%`, `&` and `#` of a path are written %25, %26 and %23.
 */
import { parseVolumeUrl, type VolumeUrl } from '@nbd/object-store-s3/volume-url';
import { failure, ProgramError } from '../program-error.ts';
import { parseSize } from './size.ts';

export interface VolumeSpec extends VolumeUrl {
  /** Absent: chunks are kept in memory alone. */
  readonly cacheFolder?: CacheFolder;
}

export interface CacheFolder {
  readonly path: string;
  /** Of all chunks in it together, at most. */
  readonly bytesMax: number;
}

const PARAMETERS = ['cacheFolder', 'cacheFolderBytes'];
const BYTES_MAX = 2 ** 30;

/** @throws ProgramError "wrong-usage" */
export function parseVolumeSpec(text: string): VolumeSpec {
  const [url = '', query] = text.split(/\?(.*)/s);
  const volume = volumeUrl(url);
  return query === undefined ? volume : { ...volume, cacheFolder: cacheFolderIn(query) };
}

function cacheFolderIn(query: string): CacheFolder {
  // A plus sign stands for itself in paths, whatever it means in forms.
  const parameters = new URLSearchParams(query.replaceAll('+', '%2B'));
  for (const name of parameters.keys()) {
    if (!PARAMETERS.includes(name)) {
      throw wrong(`unknown ${JSON.stringify(name)}, expected ${PARAMETERS.join(' and ')}`);
    }
    if (parameters.getAll(name).length > 1) throw wrong(`${name} is there twice`);
  }
  const [path, bytes] = PARAMETERS.map((name) => parameters.get(name));
  if (path === undefined || path === null || path === '') {
    throw wrong('expected cacheFolder=PATH behind "?"');
  }
  const bytesMax = bytes === undefined || bytes === null ? BYTES_MAX : parseSize(bytes);
  if (bytesMax === 0) throw wrong('expected a cacheFolderBytes of at least 1, found 0');
  return { path, bytesMax };
}

function volumeUrl(url: string): VolumeUrl {
  try {
    return parseVolumeUrl(url);
  } catch (error) {
    throw failure('wrong-usage', error);
  }
}

function wrong(message: string): ProgramError {
  return new ProgramError('wrong-usage', message);
}
