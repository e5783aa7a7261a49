/** An export that cannot be changed is a device that cannot be written, and can be mounted all the same. */
import {
  type AttachOptions,
  attach,
  DEVICE,
  detach,
  expectEqual,
  MAKE_EXT4,
  MOUNT_POINT,
} from '../attachment.ts';
import { hashOfDisk } from '../disk-view.ts';
import { FIXED_EXPORT, type GuestRun } from '../guest-run.ts';

/** All steps of it. Rejects at the first that fails. */
export async function runReadOnly(run: GuestRun, options: AttachOptions): Promise<void> {
  const { connections } = options;
  await run.step('attach, make ext4 with a file, detach', async () => {
    await attach(run, options);
    await run.guest(`${MAKE_EXT4} && mount -t ext4 ${DEVICE} ${MOUNT_POINT}`);
    await run.guest(`cp /sbin/e2fsck ${MOUNT_POINT} && umount ${MOUNT_POINT}`);
    return await detach(run, connections);
  });
  const before = await hashOfDisk(run);
  await run.step('attach the read-only export', async () => {
    await attach(run, { ...options, exportName: FIXED_EXPORT });
    expectEqual('blockdev --getro', await run.guest(`blockdev --getro ${DEVICE}`), '1');
    return 'the kernel has it as read-only';
  });
  await run.step('writes are refused', async () => {
    for (const command of [
      `dd if=/dev/zero of=${DEVICE} bs=4096 count=1 conv=notrunc,fsync`,
      `blkdiscard ${DEVICE}`,
      `mount -t ext4 -o rw ${DEVICE} ${MOUNT_POINT} && touch ${MOUNT_POINT}/new`,
    ]) {
      const { exitCode, output } = await run.attempt(command);
      if (exitCode === 0) throw new Error(`expected "${command}" to be refused:\n${output}`);
    }
    await run.attempt(`umount ${MOUNT_POINT}`);
    return 'a write, a discard, a mount for writing';
  });
  await run.step('mount read-only, read', async () => {
    await run.guest(`mount -t ext4 -o ro ${DEVICE} ${MOUNT_POINT}`);
    await run.guest(`cmp /sbin/e2fsck ${MOUNT_POINT}/e2fsck && umount ${MOUNT_POINT}`);
    expectEqual('MD5 of the disk', await hashOfDisk(run), before);
    return 'the file is there, the disk as it was';
  });
  await run.step('detach', () => detach(run, connections));
}
