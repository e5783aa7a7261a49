/**
 * The program that a file is served by, by one means of reading. Its arguments are the file, the socket to listen on, the
 * means, and how it behaves:
 *
 * | argument    | what it does                                                                 |
 * | ----------- | ---------------------------------------------------------------------------- |
 * | `honest`    | what the driver does                                                         |
 * | `forgetful` | a flush that failed is told once; the next one is said to have succeeded     |
 * | `zeroes`    | where nothing can be read it finds zeroes                                    |
 * | `together`  | when one of the requests that came together fails, all of them do            |
 */
import { type BatchedRead, type BatchedWrite, type Driver, DriverError, filter } from '@nbd/driver';
import { fileDriver, type FileDriverOptions } from '@nbd/driver-file';
import { serve } from '@nbd/server';

type Means = Exclude<FileDriverOptions['io'], undefined>;

const [path = '', socket = '', io = 'auto', behaviour = ''] = process.argv.slice(2);

const BEHAVIOURS: Readonly<Record<string, (disk: Driver) => Driver>> = {
  honest: (disk) => disk,
  forgetful: (disk) => {
    let told = false;
    return filter(disk, {
      flush: async () => {
        try {
          await disk.flush?.();
        } catch (error) {
          if (told) return;
          told = true;
          throw error;
        }
      },
    });
  },
  zeroes: (disk) =>
    filter(disk, {
      read: async (target, offset) => {
        try {
          await disk.read(target, offset);
        } catch {
          target.fill(0);
        }
      },
    }),
  together: (disk) =>
    filter(disk, {
      read: (target, offset) => disk.read(target, offset),
      readBatch: (reads) => {
        disk.readBatch?.(reads);
        answerTogether(reads);
      },
      write: (source, offset, options) => disk.write?.(source.slice(), offset, options),
      writeBatch: (writes) => {
        disk.writeBatch?.(writes);
        answerTogether(writes);
      },
    }),
};

function answerTogether(batch: readonly (BatchedRead | BatchedWrite)[]): void {
  const all = Promise.all(batch.map(async ({ answer }) => answer)).then(() => undefined);
  for (const one of batch) one.answer = all;
}

const behave = BEHAVIOURS[behaviour];
if (behave === undefined) throw new DriverError('EINVAL', `unknown behaviour: ${behaviour}`);
const disk = behave(await fileDriver({ path, io: io as Means, lock: 'warn' }));
await serve({ listen: `nbd+unix:///?socket=${socket}`, exports: { disk } });
