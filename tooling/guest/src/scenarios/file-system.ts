/** A file system is made on the device, filled, trimmed, checked and held against what our own client reads. */
import {
  type AttachOptions,
  attach,
  compareWithHost,
  DEVICE,
  detach,
  expectEqual,
  expectFreed,
  MAKE_EXT4,
  MOUNT_POINT,
} from '../attachment.ts';
import type { GuestRun } from '../guest-run.ts';

const NOISE_MIB = 4;
const KEPT = `${MOUNT_POINT}/kept`;
const FREED = `${MOUNT_POINT}/freed`;

/** All steps of it. Rejects at the first that fails. */
export async function runFileSystem(run: GuestRun, options: AttachOptions): Promise<void> {
  await run.step('attach', () => attach(run, options));
  await run.step('make ext4', async () => {
    await run.guest(MAKE_EXT4);
    return '';
  });
  await run.step('mount, write, sync', async () => {
    await run.guest(`mount -t ext4 ${DEVICE} ${MOUNT_POINT}`);
    await run.guest(`mkdir ${KEPT} && cp /sbin/* ${KEPT}`);
    await run.guest(`dd if=/dev/urandom of=${FREED} bs=1M count=${NOISE_MIB}`);
    await run.guest(`sync && cd ${MOUNT_POINT} && md5sum kept/* freed > /tmp/sums`);
    return `${await run.guest('wc -l < /tmp/sums')} files`;
  });
  await run.step('mount again, read', async () => {
    await run.guest(`umount ${MOUNT_POINT} && echo 3 > /proc/sys/vm/drop_caches`);
    await run.guest(`mount -t ext4 ${DEVICE} ${MOUNT_POINT}`);
    await run.guest(`cd ${MOUNT_POINT} && md5sum -c /tmp/sums`);
    return 'all checksums are right';
  });
  await run.step('trim', () =>
    expectFreed(run, NOISE_MIB * 2 ** 20, () =>
      run.guest(`rm ${FREED} && sync && fstrim -v ${MOUNT_POINT}`),
    ),
  );
  await run.step('unmount, check', async () => {
    await run.guest(`umount ${MOUNT_POINT}`);
    return lastLine(await run.guest(`/sbin/e2fsck -f -n ${DEVICE}`));
  });
  await run.step('compare with our client', () => compareWithHost(run));
  await run.step('discard all', async () => {
    const seen = await expectFreed(run, 2 ** 20, () => run.guest(`blkdiscard ${DEVICE}`));
    const others = await run.guest(`head -c 1048576 ${DEVICE} | tr -d '\\0' | wc -c`);
    expectEqual('bytes other than zero', others, '0');
    return seen;
  });
  await run.step('detach', () => detach(run, options.connections));
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
