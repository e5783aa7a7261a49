/** A machine in software that runs a guest, and obeys commands over its second serial port. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LATE_TIMERS_ARE_FINE, startQemu } from './qemu.ts';

/** `tcg` emulates in software, everywhere; `kvm` needs processors that can be lent. */
export type Accelerator = 'kvm' | 'tcg';

export interface MachineOptions {
  /** Paths of the image of a kernel and of the archive of its first root. */
  readonly kernel: string;
  readonly initramfs: string;
  readonly accelerator?: Accelerator;
}

/** What a command in the guest came to. */
export interface CommandResult {
  readonly exitCode: number;
  /** What it wrote to standard output and standard error, a line each. */
  readonly output: string;
}

/** The address at which a guest finds the loopback of this machine. */
export const HOST_OF_GUEST = '10.0.2.2';

const MEMORY_MIB = 512;
const PROCESSORS = 2;
/** Beyond these something hangs: a machine that is busy may need most of a minute for either. */
const BOOT_SECONDS_MAX = 240;
const COMMAND_SECONDS_MAX = 180;
const CONSOLE_CHARACTERS = 3000;
const KERNEL_OPTIONS = `console=ttyS0 quiet panic=-1 ${LATE_TIMERS_ARE_FINE}`;

/** A guest that has booted. `close` it in the end. */
export class Machine {
  readonly #qemu: ChildProcessWithoutNullStreams;
  readonly #folder: string;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<void>;
  #complaints = '';

  private constructor(qemu: ChildProcessWithoutNullStreams, folder: string) {
    this.#qemu = qemu;
    this.#folder = folder;
    this.#lines = createInterface(qemu.stdout)[Symbol.asyncIterator]();
    qemu.stderr.setEncoding('utf8').on('data', (text: string) => (this.#complaints += text));
    qemu.stdin.on('error', () => undefined);
    this.#ended = new Promise((resolve) => {
      qemu.on('error', (error) => {
        this.#complaints += error.message;
        resolve();
      });
      qemu.on('close', () => resolve());
    });
  }

  /**
   * Starts a machine; resolves when its guest takes commands.
   *
   * @throws MissingPartError if this machine has no qemu
   * @throws Error with what its console shows, if it does not boot
   */
  static async boot(options: MachineOptions): Promise<Machine> {
    const folder = await mkdtemp(join(tmpdir(), 'nbd-machine-'));
    const args = qemuArguments(options, join(folder, 'console'));
    const machine = new Machine(startQemu(args), folder);
    try {
      await machine.#until('ready', BOOT_SECONDS_MAX);
      return machine;
    } catch (error) {
      await machine.close();
      throw error;
    }
  }

  /**
   * Runs one line of shell in the guest, to its end.
   *
   * @throws Error with what the console shows, if it takes longer than three minutes
   */
  async run(command: string): Promise<CommandResult> {
    if (command.includes('\n')) throw new TypeError('expected one line of shell');
    this.#qemu.stdin.write(`${command}\n`);
    const lines: string[] = [];
    const end = await this.#until('end ', COMMAND_SECONDS_MAX, lines);
    return { exitCode: Number(end.slice('end '.length)), output: lines.join('\n') };
  }

  /** What the kernel and the first program have written to the console. */
  async console(): Promise<string> {
    return await readFile(join(this.#folder, 'console'), 'utf8').catch(() => '');
  }

  /** Switches the machine off, whatever it does, and removes its files. */
  async close(): Promise<void> {
    this.#qemu.kill('SIGKILL');
    await this.#ended;
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Reads to the line that begins with `word`, and answers it; what comes before goes to `lines`. */
  async #until(word: string, secondsMax: number, lines: string[] = []): Promise<string> {
    const timer = setTimeout(() => this.#qemu.kill('SIGKILL'), secondsMax * 1000);
    try {
      for (;;) {
        const { value, done } = await this.#lines.next();
        if (done === true) throw new Error(await this.#lastWords(word, lines));
        if (value.startsWith(word)) return value;
        lines.push(value.replace(/^\| /, ''));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #lastWords(word: string, lines: readonly string[]): Promise<string> {
    const shown = (await this.console()).slice(-CONSOLE_CHARACTERS);
    const said = [...lines, this.#complaints.trim(), shown].join('\n');
    return `the machine has ended, or was ended for being late, before "${word.trim()}":\n${said}`;
  }
}

function qemuArguments(
  { kernel, initramfs, accelerator = 'tcg' }: MachineOptions,
  consoleFile: string,
): readonly string[] {
  const size = ['-accel', accelerator, '-m', String(MEMORY_MIB), '-smp', String(PROCESSORS)];
  const bare = ['-nodefaults', '-display', 'none', '-no-reboot'];
  const ports = ['-serial', `file:${consoleFile}`, '-serial', 'stdio'];
  const system = ['-kernel', kernel, '-initrd', initramfs, '-append', KERNEL_OPTIONS];
  const network = ['-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile='];
  return [...size, ...bare, ...ports, ...system, ...network];
}
