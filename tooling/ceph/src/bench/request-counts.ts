/** What a load costs in requests to the store: counted on the way there, in a pass of its own, since that takes time. */
import type { GatewayAccess } from '../gateway-access.ts';
import { startCountingProxy } from '../counting-proxy.ts';
import type { Column, ColumnName } from './columns.ts';
import type { Contender, ContenderName } from './contender.ts';
import { withDisk } from './disk.ts';

export interface RequestCount {
  readonly contender: ContenderName;
  readonly column: ColumnName;
  /** MiB or requests of the load. */
  readonly done: number;
  /** By method of HTTP, from the end of the opening to the end of the closing. */
  readonly requests: Readonly<Record<string, number>>;
}

export interface CountOptions {
  readonly access: GatewayAccess;
  readonly make: (access: GatewayAccess) => Contender;
  readonly columns: readonly Column[];
  /** A part of the volume that no round writes to. */
  readonly round: number;
  readonly millisMax: number;
  readonly now: () => number;
}

/** Counts loads of one contender, whose volume is there. */
export async function countRequests(options: CountOptions): Promise<readonly RequestCount[]> {
  const { access, make, columns, round, millisMax, now } = options;
  const proxy = await startCountingProxy(access.endpoints[0] ?? '');
  try {
    const contender = make({ ...access, endpoints: [proxy.endpoint] });
    const counts: RequestCount[] = [];
    for (const column of columns) {
      let before = 0;
      const { done } = await withDisk(contender, (disk) => {
        before = proxy.requests.length;
        return column.run(disk, contender, { now, round, millisMax, warmsUp: false });
      });
      const requests = countByMethod(proxy.requests.slice(before));
      counts.push({ contender: contender.name, column: column.name, done, requests });
    }
    return counts;
  } finally {
    await proxy.close();
  }
}

function countByMethod(
  requests: readonly { readonly method: string }[],
): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { method } of requests) counts[method] = (counts[method] ?? 0) + 1;
  return counts;
}
