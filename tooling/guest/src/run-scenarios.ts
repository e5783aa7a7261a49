/** Puts the guest to scenarios, one after the other. */
import { makeCertificates } from './certificates.ts';
import { GuestKeeper } from './guest-keeper.ts';
import { GuestRun } from './guest-run.ts';
import type { Accelerator } from './machine.ts';
import type { Scenario } from './scenario-table.ts';
import { StepLog, type StepRecord } from './step-log.ts';

export interface RunOptions {
  readonly scenarios: readonly Scenario[];
  readonly accelerator: Accelerator;
  /** Takes a line for each step, as it ends. */
  readonly tell: (line: string) => void;
  /** Takes those lines too, and between them each command of the guest with its output. */
  readonly transcribe: (line: string) => void;
}

/**
 * Runs them all, whatever becomes of each, and answers every step that was made.
 *
 * @throws Error if there is no guest to put to them
 */
export async function runScenarios(options: RunOptions): Promise<readonly StepRecord[]> {
  const { scenarios, accelerator, transcribe } = options;
  const log = new StepLog((line) => {
    options.tell(line);
    transcribe(line);
  });
  const certificates = await makeCertificates();
  const keeper = new GuestKeeper({ certificates: certificates.folder, accelerator, log });
  try {
    for (const { name, tls, run } of scenarios) {
      const machine = await keeper.machine();
      const where = { machine, certificates: certificates.folder };
      try {
        const under = await GuestRun.begin({ ...where, log, transcribe, scenario: name, tls });
        try {
          await run(under);
        } finally {
          await under.end();
        }
      } catch (error) {
        transcribe(`${String(error)}\n${await keeper.giveUp()}`);
      }
    }
  } finally {
    await keeper.close();
    await certificates.remove();
  }
  return log.records;
}
