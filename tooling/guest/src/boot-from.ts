/** A machine that boots from an export, by its firmware, as from a CD. */
import { startQemu } from './qemu.ts';

const MEMORY_MIB = 512;

export interface BootOptions {
  /** Of the export, or the path of a file. */
  readonly uri: string;
  /** The line of the serial port to wait for. */
  readonly line: string;
  readonly secondsMax: number;
}

/**
 * Resolves when the line is there, to the seconds that it took.
 *
 * @throws MissingPartError if this machine has no qemu
 * @throws Error with all that the serial port has shown, if the line does not come
 */
export async function bootFrom({ uri, line, secondsMax }: BootOptions): Promise<number> {
  const began = performance.now();
  const qemu = startQemu(qemuArguments(uri));
  const timer = setTimeout(() => qemu.kill('SIGKILL'), secondsMax * 1000);
  let shown = '';
  try {
    return await new Promise<number>((resolve, reject) => {
      const take = (text: string): void => {
        shown += text;
        const lines = shown.split(/\r?\n/);
        if (lines.includes(line)) resolve((performance.now() - began) / 1000);
      };
      qemu.stdout.setEncoding('utf8').on('data', take);
      qemu.stderr.setEncoding('utf8').on('data', take);
      qemu.on('error', reject);
      qemu.on('close', () => {
        reject(new Error(`the machine has not said "${line}" in ${secondsMax} s:\n${shown}`));
      });
    });
  } finally {
    clearTimeout(timer);
    qemu.kill('SIGKILL');
  }
}

function qemuArguments(uri: string): readonly string[] {
  const machine = ['-accel', 'tcg', '-m', String(MEMORY_MIB), '-nodefaults', '-display', 'none'];
  const drive = `id=disc,if=none,media=cdrom,format=raw,readonly=on,file=${uri}`;
  const begin = ['-no-reboot', '-serial', 'stdio', '-boot', 'd', '-drive', drive];
  // The firmware reads 64 KiB at a time from this one, 2 KiB from the default one.
  const reader = ['-device', 'ich9-ahci,id=ahci', '-device', 'ide-cd,drive=disc,bus=ahci.0'];
  return [...machine, ...begin, ...reader];
}
