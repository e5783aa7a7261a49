/** The disk that is made of a file, by what is to become of changes. */
import type { Driver } from '@nbd/driver';
import { blobDriver, overlayDriver, overlayRecord, syncAccessDriver } from '@nbd/driver-blob';
import { memoryDriver } from '@nbd/driver-memory';
import { openKeptChanges } from './kept-changes.ts';
import type { Changes } from './media-messages.ts';

/** Opens the disk, which the caller closes. Rejects as `openKeptChanges` does. */
export async function openMediaDisk(file: File, changes: Changes): Promise<Driver> {
  const base = blobDriver({ blob: file });
  const { size } = base;
  switch (changes) {
    case 'none':
      return base;
    case 'memory':
      return overlayDriver({ base, top: memoryDriver({ size }) });
    case 'kept': {
      const kept = await openKeptChanges(file);
      try {
        const top = syncAccessDriver({ handle: kept.top, size });
        return overlayDriver({ base, top, record: overlayRecord(kept.records) });
      } catch (error) {
        for (const handle of [kept.top, ...kept.records]) handle.close();
        throw error;
      }
    }
  }
}
