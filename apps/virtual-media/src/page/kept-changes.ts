/** The changes of a file that are kept in the origin private file system, by its name, size and time. */
import type { SyncAccessHandle } from '@nbd/driver-blob';

/** What file handles have in workers alone, and so not in the library of pages. */
interface WorkersFileHandle {
  createSyncAccessHandle(): Promise<SyncAccessHandle>;
}

const FOLDER = 'changes';
const FILES = ['top', 'record-0', 'record-1'] as const;

export interface KeptChanges {
  readonly top: SyncAccessHandle;
  readonly records: readonly [SyncAccessHandle, SyncAccessHandle];
}

/**
 * Opens what is kept of the file, from a worker. Rejects with a DOMException, NoModificationAllowedError, while another
 * tab has it.
 */
export async function openKeptChanges(file: File): Promise<KeptChanges> {
  const root = await navigator.storage.getDirectory();
  const all = await root.getDirectoryHandle(FOLDER, { create: true });
  const folder = await all.getDirectoryHandle(await keyOf(file), { create: true });
  const opened: SyncAccessHandle[] = [];
  try {
    for (const name of FILES) {
      const handle: unknown = await folder.getFileHandle(name, { create: true });
      opened.push(await (handle as WorkersFileHandle).createSyncAccessHandle());
    }
  } catch (error) {
    for (const handle of opened) handle.close();
    throw error;
  }
  const [top, one, other] = opened as [SyncAccessHandle, SyncAccessHandle, SyncAccessHandle];
  return { top, records: [one, other] };
}

/** Whether pages from where this one is can keep anything: those without TLS can not, but on this machine itself. */
export function canKeepChanges(): boolean {
  return isSecureContext && 'storage' in navigator;
}

/** Whether anything is kept of any file. */
export async function hasKeptChanges(): Promise<boolean> {
  if (!canKeepChanges()) return false;
  const root = await navigator.storage.getDirectory();
  for await (const name of (root as unknown as { keys(): AsyncIterable<string> }).keys()) {
    if (name === FOLDER) return true;
  }
  return false;
}

/** Discards what is kept of all files. Rejects with a DOMException while a tab has one of them. */
export async function discardKeptChanges(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(FOLDER, { recursive: true });
}

/**
 * The name of a folder for the changes of this very file: with another name, size or time it is another. A digest, as
 * names may be longer than those of folders, and of any characters.
 */
export async function keyOf({ name, size, lastModified }: File): Promise<string> {
  const text = new TextEncoder().encode(`${name}\n${size}\n${lastModified}`);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
