/** Everything that the page checks. A layer that is to run in browsers adds its list here. */
import { blobChecks } from './blob-checks.ts';
import { type Check, expectSame } from './check.ts';
import { codecChecks } from './codec-checks.ts';
import { driverChecks } from './driver-checks.ts';
import { sessionChecks } from './session-checks.ts';
import { type Vector, vectorChecks } from './vector-checks.ts';
import { workerChecks } from './worker-checks.ts';

/** The checks, given the golden vectors of the codec. */
export function pageChecks(vectors: readonly Vector[]): readonly Check[] {
  return [...engineChecks(vectors), ...workerChecks];
}

/** Those of them that run outside of pages too. */
export function engineChecks(vectors: readonly Vector[]): readonly Check[] {
  return [noNodeHere, ...layerChecks(vectors)];
}

/** Those of the layers, which run in every engine, whatever else is there. */
export function layerChecks(vectors: readonly Vector[]): readonly Check[] {
  return [
    ...codecChecks,
    ...vectorChecks(vectors),
    ...driverChecks,
    ...blobChecks,
    ...sessionChecks,
  ];
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
