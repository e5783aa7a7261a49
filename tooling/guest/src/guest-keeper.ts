/** Keeps one guest for scenarios, and gets a new one where the last has failed. */
import { buildGuest, type GuestImage } from './guest-image.ts';
import { type Accelerator, Machine } from './machine.ts';
import type { StepLog } from './step-log.ts';

export interface KeeperOptions {
  /** The folder whose certificates the guest has. */
  readonly certificates: string;
  readonly accelerator: Accelerator;
  readonly log: StepLog;
}

export class GuestKeeper {
  readonly #options: KeeperOptions;
  #image: GuestImage | undefined;
  #machine: Machine | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** The guest, booted in a step of its own if there is none. */
  async machine(): Promise<Machine> {
    this.#machine ??= await this.#boot();
    return this.#machine;
  }

  /** Switches off a guest whose device may hang; answers what its console shows. */
  async giveUp(): Promise<string> {
    const machine = this.#machine;
    this.#machine = undefined;
    const shown = (await machine?.console()) ?? '';
    await machine?.close();
    return shown;
  }

  async close(): Promise<void> {
    await this.giveUp();
    await this.#image?.remove();
  }

  async #boot(): Promise<Machine> {
    const { certificates, accelerator, log } = this.#options;
    this.#image ??= await buildGuest(certificates);
    const { kernel, initramfs, kernelVersion } = this.#image;
    const work = async (): Promise<{ machine: Machine; client: string }> => {
      const machine = await Machine.boot({ kernel, initramfs, accelerator });
      const { output } = await machine.run('nbd-client -V');
      return { machine, client: output.replace(/.* from /, '') };
    };
    const spell = ({ client }: { client: string }): string =>
      `Linux ${kernelVersion}, client of ${client}, ${accelerator}`;
    return (await log.step('guest', 'boot', work, spell)).machine;
  }
}
