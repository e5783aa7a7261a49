/** What of a machine the trials need, and whether this one has it. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the kernel lets us do: mount in a namespace of our own, make loop devices, be a file system. */
export type Permission = 'mounts' | 'loop' | 'fuse';
/** On the path. */
export type Program = 'losetup' | 'mkfs.ext4' | 'nbdfuse';
export type Machine = Permission | Program;

const PERMISSIONS: Readonly<Record<Permission, () => boolean>> = {
  mounts: mayMount,
  loop: () => existsSync('/dev/loop-control'),
  fuse: () => existsSync('/dev/fuse'),
};
const MORE_FOLDERS = ['/usr/sbin', '/sbin'];

/** What is not to be had here, in one line; `undefined` if all of it is. */
export function lackOf(needs: readonly Machine[]): string | undefined {
  const missing = needs.filter((need) =>
    isPermission(need) ? !PERMISSIONS[need]() : !isOnPath(need),
  );
  return missing.length === 0 ? undefined : `not on this machine: ${missing.join(', ')}`;
}

/** Whether it is a matter of what we may do, which a sound machine need not permit, rather than of what is installed. */
export function isPermission(need: Machine): need is Permission {
  return Object.hasOwn(PERMISSIONS, need);
}

let mounts: boolean | undefined;

function mayMount(): boolean {
  mounts ??=
    spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' })
      .status === 0;
  return mounts;
}

function isOnPath(program: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...MORE_FOLDERS];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
