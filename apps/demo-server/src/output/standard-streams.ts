/**
 * What is said to whoever started the program. Nobody may be listening: a pipe whose reader is gone,
 * a full disk. That is no reason for a server to fall over.
 */
import { ProgramError } from '../program-error.ts';

/** From this call on, an error of standard error costs only what could not be said. */
export function outliveReaders(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', () => undefined);
}

/**
 * Writes a line that others wait for to standard output.
 *
 * @throws ProgramError "cannot-start" if it cannot be written: nobody would learn where we listen
 */
export async function announce(line: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(`${line}\n`, (error) => {
      if (error === undefined || error === null) resolve();
      else reject(new ProgramError('cannot-start', `standard output: ${error.message}`));
    });
  });
}
