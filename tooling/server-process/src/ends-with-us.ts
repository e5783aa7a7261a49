/** Processes that must not outlive the one that started them. */
import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();

/** Kills `child` when this process exits, if it has not ended by then. A signal that ends this process is no exit. */
export function endWithUs(child: ChildProcess): void {
  if (running.size === 0) process.on('exit', killAll);
  running.add(child);
  child.once('close', () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', killAll);
  });
}

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
