import { writeSync } from 'node:fs';

/** Prints `N passed, N failed[, N skipped]` alone on the last line. */
export default class PlainLineReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) {
        const { state } = test.result();
        count[state === 'passed' || state === 'failed' ? state : 'skipped']++;
      }
      // A file that failed to load counts as one failure.
      if (tests.length === 0 && module.state() === 'failed') count.failed++;
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    process.once('exit', () => {
      writeSync(1, `${count.passed} passed, ${count.failed} failed${skipped}\n`);
    });
  }
}
