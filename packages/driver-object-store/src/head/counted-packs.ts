/**
 * How a head, and a snapshot in it, names the packs that count, and carries what is in some of them.
 *
 * | field     | what it is                                                                                       |
 * | --------- | ------------------------------------------------------------------------------------------------ |
 * | `packs`   | their names, with a space between two; absent: there are none                                    |
 * | `carried` | by name, of those that are no objects: the checksum (crc32), a space, and the bytes as base64; absent: all are |
 */
import { crc32 } from 'node:zlib';
import { parseVersionName, type Version, versionName } from '../store/object-names.ts';
import type { Fields } from './head-fields.ts';

/** A pack that counts. */
export interface CountedPack extends Version {
  /** What is in it (`pack.ts`), where the head carries that; undefined: it is an object. */
  readonly body: Uint8Array | undefined;
}

/** The two fields; undefined ones are left out. */
export interface PackFields {
  readonly packs: string | undefined;
  readonly carried: Readonly<Record<string, string>> | undefined;
}

export function encodePacks(packs: readonly CountedPack[]): PackFields {
  const carried = packs.flatMap(({ body, ...version }) =>
    body === undefined ? [] : [[versionName(version), `${crc32(body)} ${base64Of(body)}`]],
  );
  return {
    packs: packs.length === 0 ? undefined : packs.map(versionName).join(' '),
    carried: carried.length === 0 ? undefined : Object.fromEntries(carried),
  };
}

/** Throws a `VolumeError` "damaged". */
export function decodePacks(fields: Fields): readonly CountedPack[] {
  if (!fields.has('packs')) return [];
  const names = fields.text('packs').split(' ');
  const carried = fields.has('carried') ? fields.record('carried') : undefined;
  return names.map((name) => {
    const version = parseVersionName(name);
    if (version === undefined) throw fields.fault('packs', 'generations and sequences');
    const { generation, sequence } = version;
    const body = carried?.has(name) ? decodeBody(carried, name) : undefined;
    return { generation, sequence, body };
  });
}

function decodeBody(carried: Fields, name: string): Uint8Array {
  const [sum, base64 = ''] = carried.text(name).split(' ');
  const body = new Uint8Array(Buffer.from(base64, 'base64'));
  if (String(crc32(body)) === sum) return body;
  throw carried.fault(name, `bytes with a checksum of ${crc32(body)}`);
}

function base64Of({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('base64');
}
