import { writeSync } from 'node:fs';

/** Prints `N passed, N failed[, N skipped]` alone on the last line. */
export default class PlainLineReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      let failed = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'failed') failed++;
        else count[state === 'passed' ? state : 'skipped']++;
      }
      // A file that failed without a failing test, in loading or in a hook, counts as one failure.
      if (failed === 0 && module.state() === 'failed') failed = 1;
      count.failed += failed;
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    process.once('exit', () => {
      writeSync(1, `${count.passed} passed, ${count.failed} failed${skipped}\n`);
    });
  }
}
