/**
 * Whether a history of reads and writes of one register is linearizable: whether each could have happened at one
 * moment between question and answer, each read finding what was written last.
 *
 * No two writes have the same value, so each read belongs to one write; a write with its reads is a cluster. What a cluster
 * says of time is a zone, between the first answer in it and the last question. Where the answer comes first, the register held
 * that value all through the zone (a forward zone). Otherwise there is some moment in the zone at which all of
 * the cluster can have happened (a backward zone). The history is linearizable if and only if no read ends before its write
 * begins, no two forward zones overlap, and no backward zone lies inside a forward one (P. Gibbons and E. Korach,
 * "Testing shared memories", 1997).
 */

export interface RegisterCall {
  readonly kind: 'read' | 'write';
  /** What was written or found. */
  readonly value: number;
  /** When it was asked for and answered, in any unit; no two moments of a history are the same. */
  readonly asked: number;
  /** Infinite for a write that was never answered. */
  readonly answered: number;
}

/** Why a history cannot be. */
export type Anomaly =
  /** A read found what nobody has written. */
  | { readonly kind: 'unknown-value'; readonly value: number }
  /** A read ended before what it found was asked to be written. */
  | { readonly kind: 'read-before-write'; readonly value: number }
  /** The register would have to have held both values at one time, or the second while it held the first without a break. */
  | { readonly kind: 'stale-read'; readonly value: number; readonly other: number };

interface Zone {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

interface Cluster {
  readonly written: number;
  firstAnswer: number;
  lastQuestion: number;
}

/** What is wrong with a history that begins with `initial` in the register; `undefined` if it is linearizable. */
export function registerAnomaly(
  initial: number,
  calls: readonly RegisterCall[],
): Anomaly | undefined {
  const start = Number.NEGATIVE_INFINITY;
  const clusters = new Map<number, Cluster>([
    [initial, { written: start, firstAnswer: start, lastQuestion: start }],
  ]);
  for (const { kind, value, asked, answered } of calls) {
    if (kind === 'read') continue;
    if (clusters.has(value)) throw new Error(`expected each value once, found ${value} twice`);
    clusters.set(value, { written: asked, firstAnswer: answered, lastQuestion: asked });
  }
  for (const { kind, value, asked, answered } of calls) {
    if (kind === 'write') continue;
    const cluster = clusters.get(value);
    if (cluster === undefined) return { kind: 'unknown-value', value };
    if (answered < cluster.written) return { kind: 'read-before-write', value };
    cluster.firstAnswer = Math.min(cluster.firstAnswer, answered);
    cluster.lastQuestion = Math.max(cluster.lastQuestion, asked);
  }
  return conflict(clusters);
}

function conflict(clusters: ReadonlyMap<number, Cluster>): Anomaly | undefined {
  const forward: Zone[] = [];
  const backward: Zone[] = [];
  for (const [value, { firstAnswer, lastQuestion }] of clusters) {
    if (firstAnswer < lastQuestion) forward.push({ value, low: firstAnswer, high: lastQuestion });
    else backward.push({ value, low: lastQuestion, high: firstAnswer });
  }
  forward.sort((a, b) => a.low - b.low);
  for (let i = 1; i < forward.length; i++) {
    const [before, zone] = [forward[i - 1] as Zone, forward[i] as Zone];
    if (zone.low < before.high) return staleRead(before, zone);
  }
  for (const zone of backward) {
    const around = lastBefore(forward, zone.low);
    if (around !== undefined && zone.high < around.high) return staleRead(around, zone);
  }
  return undefined;
}

function staleRead({ value }: Zone, { value: other }: Zone): Anomaly {
  return { kind: 'stale-read', value, other };
}

/** The last of the zones, which are sorted, that begins before `moment`. */
function lastBefore(zones: readonly Zone[], moment: number): Zone | undefined {
  let [low, high] = [0, zones.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((zones[middle] as Zone).low < moment) low = middle + 1;
    else high = middle;
  }
  return zones[low - 1];
}
