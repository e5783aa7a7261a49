/**
 * A disk that fails on command, as the kernel knows it: a server of ours with faults, made a file by nbdfuse, and that file made
 * a block device by a loop. The file is not cached, so that each of its failures is told to the call that meets it; the device is,
 * so that writes fail when they are flushed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { type Client, connect } from '@nbd/client';
import type { Fault } from '@nbd/filters';
import { typescriptProgram } from '../servers/typescript-program.ts';
import { PrivateMounts } from './private-mounts.ts';

export type FailingKind = 'file' | 'device';

export const FAILING_DISK_BYTES: number = 4 * 2 ** 20;

const SERVER = new URL('./failing-server.ts', import.meta.url);

function failToStart(): never {
  throw new Error('the server of the failing disk does not come up');
}

/** Its arguments: a folder to mount in, the URI of the server, and the kind. */
const SCRIPT = `
  nbdfuse "$1" "$2" &
  until [ -e "$1/nbd" ]; do kill -0 $!; sleep 0.02; done
  if [ "$3" = device ]; then
    loop=$(losetup --find --show "$1/nbd")
    hold "$loop"
    losetup --detach "$loop"
  else
    hold
  fi
  umount -l "$1"`;

export class FailingDisk {
  readonly kind: FailingKind;
  /** Of the file or device. */
  readonly path: string;
  /** A client of what is really on the medium, past all faults and caches. */
  readonly medium: Client;
  readonly #child: ChildProcess;
  readonly #mounts: PrivateMounts;
  readonly #folder: string;

  private constructor(
    kind: FailingKind,
    path: string,
    medium: Client,
    child: ChildProcess,
    mounts: PrivateMounts,
    folder: string,
  ) {
    this.kind = kind;
    this.path = path;
    this.medium = medium;
    this.#child = child;
    this.#mounts = mounts;
    this.#folder = folder;
  }

  /** @throws Error if this machine does not let us */
  static async make(kind: FailingKind): Promise<FailingDisk> {
    const folder = await mkdtemp(join(tmpdir(), 'nbd-failing-'));
    const socket = `${folder}.sock`;
    const [program, ...args] = typescriptProgram(SERVER, [socket, String(FAILING_DISK_BYTES)]);
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    try {
      await Promise.race([once(child, 'message'), once(child, 'exit').then(failToStart)]);
      const uri = (name: string) => `nbd+unix:///${name}?socket=${socket}`;
      const mounts = await PrivateMounts.make(SCRIPT, [folder, uri('failing'), kind]);
      const path = kind === 'device' ? mounts.told : mounts.pathOf(join(folder, 'nbd'));
      const medium = await connect(uri('medium'));
      return new FailingDisk(kind, path, medium, child, mounts, folder);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** From here on calls fail as `fault` says, whose ranges are those of the disk. */
  async fail(fault: Fault): Promise<void> {
    await this.#tell(fault);
  }

  /** All is well again. */
  async heal(): Promise<void> {
    await this.#tell('heal');
  }

  async remove(): Promise<void> {
    await this.#tell('heal');
    await this.medium.close();
    await this.#mounts.remove();
    this.#child.kill('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
    await rm(`${this.#folder}.sock`, { force: true });
  }

  async #tell(message: Fault | 'heal'): Promise<void> {
    const answered = once(this.#child, 'message');
    this.#child.send(message);
    await answered;
  }
}
