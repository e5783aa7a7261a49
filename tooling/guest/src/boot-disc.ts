/** A disc that machines boot from: a CD image with ISOLINUX, a kernel, and a first root that says one line. */
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Initramfs } from './initramfs.ts';
import { findKernel } from './kernel.ts';
import { lackOf, locateFile } from './machine-parts.ts';
import { LATE_TIMERS_ARE_FINE, QEMU_PROGRAMS } from './qemu.ts';
import { runProgram } from './run-program.ts';

/** Files of the loader, in the folders of Debian and of others. */
const LOADER = [
  ['/usr/lib/ISOLINUX/isolinux.bin', '/usr/lib/syslinux/bios/isolinux.bin'],
  ['/usr/lib/syslinux/modules/bios/ldlinux.c32', '/usr/lib/syslinux/bios/ldlinux.c32'],
] as const;
const PROGRAMS = [...QEMU_PROGRAMS, 'genisoimage', 'busybox', 'cpio', 'find', 'ldd'];
const SAY = fileURLToPath(new URL('../in-guest/say.sh', import.meta.url));

/** What this machine lacks to build and boot the disc, in one line; undefined if nothing. */
export function bootDiscLack(): string | undefined {
  return lackOf(PROGRAMS, () => {
    findKernel([]);
    for (const paths of LOADER) locateFile(paths);
  });
}

/**
 * Makes the image at the path `file`. A machine that boots from it writes `word`, which has no white space, to its
 * first serial port as a line, and switches itself off.
 *
 * @throws MissingPartError
 */
export async function buildBootDisc(file: string, word: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nbd-boot-disc-'));
  const at = (name: string): string => join(folder, 'isolinux', name);
  const root = await Initramfs.begin();
  try {
    await mkdir(at('.'));
    await root.addProgram('busybox', 'bin/busybox');
    await root.write('init', await readFile(SAY, 'utf8'), true);
    await root.pack(at('initramfs'));
    await copyFile(findKernel([]).image, at('kernel'));
    for (const paths of LOADER) {
      const source = locateFile(paths);
      await copyFile(source, at(source.slice(source.lastIndexOf('/') + 1)));
    }
    await writeFile(at('isolinux.cfg'), configuration(word));
    const boot = ['-b', 'isolinux/isolinux.bin', '-c', 'isolinux/boot.cat'];
    const emulation = ['-no-emul-boot', '-boot-load-size', '4', '-boot-info-table'];
    await runProgram('genisoimage', ['-quiet', '-o', file, ...boot, ...emulation, '-R', folder]);
  } finally {
    await root.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

function configuration(word: string): string {
  return [
    'DEFAULT linux',
    'PROMPT 0',
    'LABEL linux',
    '  KERNEL kernel',
    '  INITRD initramfs',
    `  APPEND console=ttyS0 quiet panic=-1 ${LATE_TIMERS_ARE_FINE} say=${word}`,
    '',
  ].join('\n');
}
