/** Runs the tests of one project for one way. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Some ways take longer than the one that the tests were written for. */
const TIMEOUT = '--testTimeout=60000';
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

export interface SuiteCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The full names of those that failed. */
  readonly failures: readonly string[];
}

/** What of vitest's report in JSON is looked at. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** @throws Error if no tests were run at all */
export async function runSuite(project: string, way: string): Promise<SuiteCounts> {
  const folder = await mkdtemp(join(tmpdir(), 'nbd-ways-'));
  try {
    const file = join(folder, 'report.json');
    const reporting = ['--reporter=json', `--outputFile=${file}`];
    await ended(['run', '--project', project, TIMEOUT, ...reporting], way);
    return countsOf(JSON.parse(await readFile(file, 'utf8')) as Report);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The counts of a report; a file that could not be loaded is a failure, too. */
export function countsOf(report: Report): SuiteCounts {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = report;
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const failures = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests + broken.length,
    skipped: numPendingTests,
    failures: [...failures, ...broken.map(({ name, message }) => `${name}: ${message}`)],
  };
}

async function ended(args: readonly string[], way: string): Promise<void> {
  const child = spawn(process.execPath, [VITEST, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NBD_WAY: way },
  });
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve());
  });
}
