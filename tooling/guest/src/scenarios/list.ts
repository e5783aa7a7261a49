/** nbd-client lists the exports; without TLS, where the server requires it, it is turned away. */
import { EXPORT, FIXED_EXPORT, type GuestRun } from '../guest-run.ts';

/** All steps of it. Rejects at the first that fails. */
export async function runList(run: GuestRun): Promise<void> {
  await run.step('nbd-client -list', async () => {
    const output = await run.guest(`nbd-client -l ${run.address('tcp')}${run.tlsOptions()}`);
    for (const name of [EXPORT, FIXED_EXPORT]) {
      if (!output.split('\n').includes(name)) throw new Error(`${name} is not listed:\n${output}`);
    }
    return `${EXPORT}, ${FIXED_EXPORT}`;
  });
  if (run.tlsOptions() === '') return;
  await run.step('without TLS it is refused', async () => {
    const { exitCode, output } = await run.attempt(`nbd-client -l ${run.address('tcp')}`);
    if (exitCode === 0) throw new Error(`expected it to be refused:\n${output}`);
    return /Server said: (.*)/.exec(output)?.[1] ?? '';
  });
}
