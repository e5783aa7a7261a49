/** The guest that attaches our exports: a kernel with its NBD client, nbd-client, and the tools of ext4. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Initramfs } from './initramfs.ts';
import { findKernel } from './kernel.ts';
import { lackOf } from './machine-parts.ts';
import { addPython } from './python.ts';
import { QEMU_PROGRAMS } from './qemu.ts';

/** Loaded in this order. */
const MODULES = ['virtio_pci', 'virtio_net', 'nbd', 'ext4'];
/** Programs beside busybox: their own shared libraries come with them. */
const PROGRAMS = ['nbd-client', 'mke2fs', 'e2fsck'];
const NEEDED = [
  ...QEMU_PROGRAMS,
  'busybox',
  'cpio',
  'find',
  'ldd',
  'openssl',
  'python3',
  ...PROGRAMS,
];
const HOLDER = 'hold_nbd.py';
const HOLDER_IMPORTS = ['socket', 'struct', 'sys', 'time'];

/** The folder of the guest for certificates. */
export const CERTIFICATES = '/etc/pki';
/** The path in the guest of the program that attaches an export and holds on to it. */
export const HOLD_NBD: string = `/bin/${HOLDER}`;

export interface GuestImage {
  readonly kernel: string;
  readonly kernelVersion: string;
  readonly initramfs: string;
  remove(): Promise<void>;
}

/** What this machine lacks to build and run the guest, in one line; undefined if nothing. */
export function guestLack(): string | undefined {
  return lackOf(NEEDED, () => void findKernel(MODULES));
}

/**
 * Builds the guest, in a temporary folder. `certificates` is a folder whose `.pem` files it is given.
 *
 * @throws MissingPartError
 */
export async function buildGuest(certificates: string): Promise<GuestImage> {
  const kernel = findKernel(MODULES);
  const folder = await mkdtemp(join(tmpdir(), 'nbd-guest-image-'));
  const archive = join(folder, 'initramfs');
  const root = await Initramfs.begin();
  try {
    await root.addProgram('busybox', 'bin/busybox');
    for (const program of PROGRAMS) await root.addProgram(program, `sbin/${program}`);
    await addPython(root, HOLDER_IMPORTS);
    for (const module of kernel.modules) await root.copy(module, module);
    await root.write(`lib/modules/${kernel.version}/modules.dep`, kernel.dependencies);
    await root.write('etc/modules', MODULES.map((name) => `${name}\n`).join(''));
    await root.write('init', await inGuest('init.sh'), true);
    await root.write(HOLD_NBD, await inGuest(HOLDER));
    for (const name of ['ca-cert.pem', 'client-cert.pem', 'client-key.pem']) {
      await root.copy(join(certificates, name), join(CERTIFICATES, name));
    }
    await root.pack(archive);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    await root.remove();
  }
  return {
    kernel: kernel.image,
    kernelVersion: kernel.version,
    initramfs: archive,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function inGuest(name: string): Promise<string> {
  return await readFile(fileURLToPath(new URL(`../in-guest/${name}`, import.meta.url)), 'utf8');
}
