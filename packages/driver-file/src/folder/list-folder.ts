/**
 * What a folder offers, as it is now, without ever holding more than a bound.
 */
import { opendir } from 'node:fs/promises';
import { isEntryName } from './entry-name.ts';

export interface FolderList {
  /** In the order of their characters' numbers. */
  readonly names: readonly string[];
  /** There are entries that were not looked at. */
  readonly isCut: boolean;
}

/**
 * The names of the regular files in the folder that clients may ask for, out of the first `entriesMax` entries that the
 * system tells of. Rejects as the system does.
 */
export async function listFolder(path: string, entriesMax: number): Promise<FolderList> {
  // As bytes: a name that is not UTF-8 would else come as another one. The types of Node know them as texts only.
  const folder = await opendir(path, { encoding: 'buffer' as BufferEncoding });
  const names: string[] = [];
  let seen = 0;
  for await (const entry of folder) {
    if (seen++ === entriesMax) return { names: names.toSorted(), isCut: true };
    if (!entry.isFile()) continue;
    const name = utf8(entry.name);
    if (name !== undefined && isEntryName(name)) names.push(name);
  }
  return { names: names.toSorted(), isCut: false };
}

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8(bytes: string | Uint8Array): string | undefined {
  if (typeof bytes === 'string') return bytes;
  try {
    return STRICT.decode(bytes);
  } catch {
    return undefined;
  }
}
