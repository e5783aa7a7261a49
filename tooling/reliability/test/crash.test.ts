import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { brokenBytes, runCrashes } from '../src/crash/crash-run.ts';
import { CRASH_SERVERS } from '../src/servers/server-table.ts';
import { needServer } from './need-server.ts';

const SOUND = CRASH_SERVERS.filter(({ sound }) => sound);
const CONTROLS = CRASH_SERVERS.filter(({ sound }) => !sound);
/** About one of seven crashes spares what a control should have lost. */
const CRASHES_MAX = 8;

describe('kill -9 in the middle of changes', () => {
  const seed = randomInt(2 ** 31);
  console.info(`to repeat: crash --rounds 2 --seed ${seed} --server all`);

  it.for(SOUND)(
    '$name has all that is durable, and nothing torn: $about',
    async (kind, context) => {
      needServer(kind, context);
      const report = await runCrashes({ kind, rounds: 2, seed });
      expect(report.findings).toEqual([]);
      expect(brokenBytes(report)).toBe(0);
      expect(report.servedOtherwise).toBe(0);
      expect(report.changes).toBeGreaterThan(0);
      expect(report.inFlight).toBeGreaterThan(0);
    },
  );

  it.for(CONTROLS)('$name, a control, is found out: $about', async (kind, context) => {
    needServer(kind, context);
    let lost = 0;
    for (let tried = 0; lost === 0 && tried < CRASHES_MAX; tried++) {
      const { fates } = await runCrashes({ kind, rounds: 1, seed: seed + tried });
      lost = fates.lost;
    }
    expect(lost).toBeGreaterThan(0);
  });
});
