/** DeleteObjects: what is asked, and what is answered. */
import { escapeXml, readXml } from './read-xml.ts';

/** The length of the answer at most: an error for each of 1,000 keys. */
export const DELETE_BYTES_MAX: number = 8 * 2 ** 20;

/** What is to be removed in one request, and what such a request cannot name. */
export interface Removal {
  readonly body: Uint8Array;
  readonly unnamed: readonly string[];
}

/** `keys` are those of the bucket. */
export function describeRemoval(keys: readonly string[]): Removal {
  const unnamed: string[] = [];
  const objects = keys.map((key) => {
    const text = escapeXml(key);
    if (text === undefined) unnamed.push(key);
    return text === undefined ? '' : `<Object><Key>${text}</Key></Object>`;
  });
  const xml = `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>${objects.join('')}</Delete>`;
  return { body: new TextEncoder().encode(xml), unnamed };
}

/**
 * The keys of the bucket that are still there.
 *
 * @throws XmlError
 */
export function readRemoval(bytes: Uint8Array): readonly string[] {
  const left: string[] = [];
  let key = '';
  let code = '';
  readXml(bytes, 'DeleteResult', (name, parent, text) => {
    if (parent === 'Error' && name === 'Key') key = text;
    if (parent === 'Error' && name === 'Code') code = text;
    if (name !== 'Error') return;
    if (code !== 'NoSuchKey') left.push(key);
    key = code = '';
  });
  return left;
}
