import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { runLinearizable } from '../src/linearizable/linearizable-run.ts';
import { LINEARIZABLE_SERVERS } from '../src/servers/server-table.ts';
import { needServer } from './need-server.ts';

const SOUND = LINEARIZABLE_SERVERS.filter(({ sound }) => sound);
const CONTROLS = LINEARIZABLE_SERVERS.filter(({ sound }) => !sound);
/** On a slow machine one run is a single part, in which a write that is lost may not be missed. */
const RUNS_MAX = 10;

describe('reads and writes of several connections', () => {
  const seed = randomInt(2 ** 31);
  console.info(`to repeat: linearizable --seconds 1 --seed ${seed} --server all`);

  it.for(SOUND)('$name is a register for each block: $about', async (kind, context) => {
    needServer(kind, context);
    const report = await runLinearizable({ kind, seconds: 0.5, seed });
    expect(report.anomalies).toEqual([]);
    expect(report.reads).toBeGreaterThan(0);
    expect(report.writes).toBeGreaterThan(0);
  });

  it.for(CONTROLS)('$name, a control, is found out: $about', async (kind, context) => {
    needServer(kind, context);
    let found = 0;
    for (let tried = 0; found === 0 && tried < RUNS_MAX; tried++) {
      const report = await runLinearizable({ kind, seconds: 0.5, seed: seed + tried });
      found = report.anomalyCount;
    }
    expect(found).toBeGreaterThan(0);
  });
});
