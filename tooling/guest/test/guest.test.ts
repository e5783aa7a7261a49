/** The client in the Linux kernel, in a guest: the scenarios of `pnpm guest --short`. */
import { beforeAll, describe, expect, it } from 'vitest';
import { guestLack } from '../src/guest-image.ts';
import { runScenarios } from '../src/run-scenarios.ts';
import { SCENARIOS } from '../src/scenario-table.ts';
import type { StepRecord } from '../src/step-log.ts';

const SHORT = SCENARIOS.filter(({ short }) => short);

describe('the client of Linux, in a guest', () => {
  const lack = guestLack();
  let records: readonly StepRecord[] = [];

  beforeAll(async () => {
    if (lack !== undefined) return;
    const lines: string[] = [];
    const told: string[] = [];
    records = await runScenarios({
      scenarios: SHORT,
      accelerator: 'tcg',
      tell: (line) => told.push(line),
      transcribe: (line) => lines.push(line),
    });
    const hasFailed = records.some(({ failure }) => failure !== undefined);
    console.info((hasFailed ? lines : told).join('\n'));
  });

  it.for(SHORT)('$name: every step is ok', ({ name }, { skip }) => {
    if (process.env['CI'] === undefined) skip(lack !== undefined, lack);
    expect(lack).toBeUndefined();
    const steps = records.filter(({ scenario }) => scenario === name);
    expect(steps.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(steps.length).toBeGreaterThan(1);
  });
});
