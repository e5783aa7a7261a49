/** Everything that the page checks. A layer that is to run in browsers adds its list here. */
import { type Check, expectSame } from './check.ts';
import { codecChecks } from './codec-checks.ts';
import { driverChecks } from './driver-checks.ts';
import { sessionChecks } from './session-checks.ts';
import { type Vector, vectorChecks } from './vector-checks.ts';

/** The checks, given the golden vectors of the codec. */
export function pageChecks(vectors: readonly Vector[]): readonly Check[] {
  return [noNodeHere, ...codecChecks, ...vectorChecks(vectors), ...driverChecks, ...sessionChecks];
}

const noNodeHere: Check = {
  name: 'page: there is nothing of Node here',
  run() {
    const names = ['Buffer', 'process', 'require', 'setImmediate'];
    expectSame(
      names.filter((name) => name in globalThis),
      [],
    );
  },
};
