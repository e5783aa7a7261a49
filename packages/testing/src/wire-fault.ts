/** What can go wrong between a server and its client. */
import type { FaultScope } from '@nbd/filters';

/** Where a connection is cut. */
export type CutPlace =
  /** The request is heard and not carried out. */
  | 'before the disk'
  /** The request is carried out, and nothing is said of it. */
  | 'before the reply'
  /** Half of the reply's first header has left. */
  | 'in the header'
  /** The first header and half of its payload have left; of a reply without payload, its header. */
  | 'in the payload';

/** What befalls a request on the wire. The calls are those that the request asks for: `on: 'zero'` is WRITE_ZEROES, 'extents' is BLOCK_STATUS. */
export interface WireFaultEffects {
  /** The client reads what was sent before, and then the end of the stream. */
  readonly cut?: CutPlace;
  /** One bit of this field of the reply's first header is flipped, so that no client can know what it answers. */
  readonly garble?: 'magic' | 'cookie';
  /**
   * Replies are held until a connection has as many as there are numbers here, and sent in this order: with
   * [3, 1, 2] the third that was ready leaves first. So the client must have so many requests under way.
   */
  readonly reorder?: readonly number[];
}

export interface WireFault extends FaultScope, WireFaultEffects {}

const KEYS: readonly string[] = [
  'on',
  'touching',
  'nth',
  'times',
  'chance',
  'cut',
  'garble',
  'reorder',
] satisfies (keyof WireFault)[];

const CUT_PLACES: readonly string[] = [
  'before the disk',
  'before the reply',
  'in the header',
  'in the payload',
] satisfies CutPlace[];

/**
 * Looks at the keys and the effects of a fault.
 *
 * @throws TypeError for one that cannot be
 */
export function checkWireFault(fault: WireFault): void {
  const { cut, garble, reorder } = fault;
  for (const [key, value] of Object.entries(fault)) {
    if (value === undefined || KEYS.includes(key)) continue;
    throw new TypeError(`key of a fault: expected one of ${KEYS.join(', ')}, found ${key}`);
  }
  if (cut !== undefined && !CUT_PLACES.includes(cut)) {
    throw new TypeError(`cut: expected one of ${CUT_PLACES.join(', ')}, found ${cut}`);
  }
  if (garble !== undefined && garble !== 'magic' && garble !== 'cookie') {
    throw new TypeError(`garble: expected magic or cookie, found ${String(garble)}`);
  }
  const inOrder = reorder?.toSorted((a, b) => a - b);
  if (inOrder?.some((place, i) => place !== i + 1) === true || inOrder?.length === 0) {
    throw new TypeError(`reorder: expected each of 1, 2, … once, found ${reorder?.join(', ')}`);
  }
}
