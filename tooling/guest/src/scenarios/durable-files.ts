/** Files that the guest writes one after the other, each durable before the next, while servers come and go. */
import { DEVICE, MAKE_EXT4, MOUNT_POINT } from '../attachment.ts';
import type { GuestRun } from '../guest-run.ts';

/** How many there are in the end. */
export const FILES = 24;

const SECONDS_MAX = 150;
/** A checksum for each file whose writing was answered, taken of what was to be written. */
const SUMS = '/tmp/sums';
const WRITER_LOG = '/tmp/writer.log';

/** Makes ext4 and mounts it. */
export async function mountNew(run: GuestRun): Promise<string> {
  await run.guest(`${MAKE_EXT4} && mount -t ext4 ${DEVICE} ${MOUNT_POINT}`);
  return '';
}

/** Begins to write them, and resolves once `count` are durable. */
export async function beginWriting(run: GuestRun, count: number): Promise<void> {
  await run.guest(`true > ${SUMS}`);
  await run.guest(`{ ${writer()}; echo done; } > ${WRITER_LOG} 2>&1 &`);
  await untilGuest(run, `[ $(wc -l < ${SUMS}) -ge ${count} ]`, WRITER_LOG);
}

/** Resolves once the last was tried, to how many are durable. */
export async function endOfWriting(run: GuestRun): Promise<number> {
  await untilGuest(run, `grep -q done ${WRITER_LOG}`, WRITER_LOG);
  return await countWritten(run);
}

/** How many are durable. */
export async function countWritten(run: GuestRun): Promise<number> {
  return Number(await run.guest(`wc -l < ${SUMS}`));
}

/** Mounts what is there, with nothing kept in memory, and reads all files that are durable. */
export async function readWritten(run: GuestRun): Promise<string> {
  await run.guest(`echo 3 > /proc/sys/vm/drop_caches`);
  await run.guest(`mount -t ext4 -o ro ${DEVICE} ${MOUNT_POINT}`);
  await run.guest(`md5sum -c ${SUMS} && umount ${MOUNT_POINT}`);
  return 'all checksums are right';
}

/** Waits in the guest until a condition holds; shows the file `log` if it does not come to that. */
export async function untilGuest(run: GuestRun, condition: string, log: string): Promise<void> {
  const loop = `until ${condition}; do usleep 50000; done`;
  await run.guest(`timeout ${SECONDS_MAX} sh -c '${loop}' || { cat ${log}; false; }`);
}

function writer(): string {
  const file = `${MOUNT_POINT}/file$i`;
  return [
    `for i in $(seq ${FILES})`,
    'do dd if=/dev/urandom of=/tmp/noise bs=128k count=1',
    'sum=$(md5sum < /tmp/noise | cut -c -32)',
    `dd if=/tmp/noise of=${file} bs=32k conv=fsync && echo "$sum  ${file}" >> ${SUMS}`,
    'done',
  ].join('; ');
}
