import { expect, it } from 'vitest';
import { countsOf } from './run-suite.ts';

it('failures are counted and named, those of files that could not be loaded too', () => {
  const report = {
    numPassedTests: 1,
    numFailedTests: 1,
    numPendingTests: 2,
    testResults: [
      {
        name: 'a.test.ts',
        status: 'failed',
        message: '',
        assertionResults: [
          { status: 'passed', fullName: 'one' },
          { status: 'failed', fullName: 'two' },
        ],
      },
      { name: 'b.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
    ],
  };
  expect(countsOf(report)).toEqual({
    passed: 1,
    failed: 2,
    skipped: 2,
    failures: ['two', 'b.test.ts: no such module'],
  });
});
