/** Programs that stay in the foreground for as long as they are needed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { waitUntil } from '../wait-until.ts';

export interface Foreground {
  /** Asks it to end, unless it ends by itself, and waits for that. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a program and waits until it is ready. It is ended with this process.
 *
 * @throws Error with what it complained of, if it ends before
 */
export async function startForeground(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  isReady: () => Promise<boolean>,
): Promise<Foreground> {
  const env = { ...process.env, ...environment };
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'close').finally(() => process.off('exit', kill));
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  ended.then(over, over);
  await waitUntil(`a ready ${program}`, async () => isOver || (await isReady()));
  if (isOver) throw new Error(`${program} has ended: ${complaint.trim().slice(-400)}`);
  return {
    async end(signal) {
      if (signal !== undefined) child.kill(signal);
      await ended;
    },
  };
}

/** Whether somebody listens on a port of the loopback device. */
export async function isListening(port: number): Promise<boolean> {
  const socket = dial(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
