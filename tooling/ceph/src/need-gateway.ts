import { beforeEach, inject } from 'vitest';
import type { GatewayAccess } from './gateway-access.ts';
import { lackOfCeph } from './lack-of-ceph.ts';

/**
 * To be called once in a test file, or in a `describe`: answers how to reach the gateway that all tests share, as soon
 * as a test runs. Without one its tests fail in CI, and are skipped elsewhere.
 */
export function needGateway(): () => GatewayAccess {
  const access = inject('cephAccess');
  if (access === undefined) {
    const reason = lackOfCeph() ?? 'no cluster was started';
    if (process.env['CI'] === undefined) console.warn(`skipped: ${reason}`);
    beforeEach(({ skip }) => {
      if (process.env['CI'] === undefined) skip(reason);
      throw new Error(`${reason}; in CI that is a failure`);
    });
  }
  return () => {
    if (access === undefined) throw new Error('expected a gateway');
    return access;
  };
}
