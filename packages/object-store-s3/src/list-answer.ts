/** The answer to ListObjectsV2. */
import type { ListedObject, ListPage } from '@nbd/driver-object-store';
import type { KeySpace } from './key-space.ts';
import { readXml, XmlError } from './read-xml.ts';

/** Its length at most: 1,000 keys of 1,024 bytes, each encoded as three characters, and what is around them. */
export const LIST_BYTES_MAX: number = 8 * 2 ** 20;

const ROOT = 'ListBucketResult';

/**
 * Reads a page, with keys as the store has them.
 *
 * @throws XmlError
 */
export function readListAnswer(bytes: Uint8Array, keys: KeySpace): ListPage {
  const found: { key: string; size: number }[] = [];
  let key: string | undefined;
  let size: string | undefined;
  let isEncoded = false;
  let truncated: string | undefined;
  readXml(bytes, ROOT, (name, parent, text) => {
    if (parent === 'Contents') {
      if (name === 'Key') key = text;
      else if (name === 'Size') size = text;
    } else if (parent === ROOT) {
      if (name === 'IsTruncated') truncated = text;
      else if (name === 'EncodingType') isEncoded = text === 'url';
      else if (name === 'Contents') {
        found.push({ key: expected(key, 'Key'), size: sizeOf(expected(size, 'Size')) });
        key = size = undefined;
      }
    }
  });
  const objects = found.map((each): ListedObject => {
    const whole = isEncoded ? decodeKey(each.key) : each.key;
    if (!whole.startsWith(keys.behind(''))) {
      throw new XmlError(`expected keys of the store, found ${quote(whole)}`);
    }
    return { key: keys.relative(whole), size: each.size };
  });
  return { objects, isTruncated: isTrue(expected(truncated, 'IsTruncated')) };
}

function expected(text: string | undefined, name: string): string {
  if (text === undefined) throw new XmlError(`expected <${name}> in a list, found none`);
  return text;
}

function sizeOf(text: string): number {
  const size = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(size)) return size;
  throw new XmlError(`expected a number in <Size>, found ${quote(text)}`);
}

function isTrue(text: string): boolean {
  if (text === 'true') return true;
  if (text === 'false') return false;
  throw new XmlError(`expected true or false in <IsTruncated>, found ${quote(text)}`);
}

/** Stores differ in how they write a space; a plus sign is always encoded. */
function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new XmlError(`expected a key that is encoded for URLs, found ${quote(text)}`);
  }
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
