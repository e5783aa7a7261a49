/**
 * The regions of the disks, each of one client at a time. A connection that was lost may have changes on their way still, so a
 * region rests before it is given to another client.
 */
import { BLOCK_BYTES } from '../stamped-blocks.ts';
import { SoakModel } from './soak-model.ts';

export const REGION_BYTES: number = 512 * 1024;
export const REGION_SECTORS: number = REGION_BYTES / BLOCK_BYTES;
/** Much longer than a server that is not overwhelmed takes for what it has received. */
const REST_MILLIS = 1000;

export interface Region {
  readonly exportName: string;
  /** Where it begins on its disk, in sectors. */
  readonly place: number;
  readonly model: SoakModel;
}

export class SoakRegions {
  readonly #resting: { readonly region: Region; readonly until: number }[] = [];

  /** So many regions of each export. */
  constructor(exportNames: readonly string[], count: number) {
    for (let i = 0; i < count; i++) {
      for (const exportName of exportNames) {
        const model = new SoakModel(REGION_SECTORS);
        this.#resting.push({ region: { exportName, place: i * REGION_SECTORS, model }, until: 0 });
      }
    }
  }

  /** The region that has rested the longest; `undefined` if that is not long enough. Times are milliseconds of one clock. */
  take(now: number): Region | undefined {
    const [first] = this.#resting;
    if (first === undefined || first.until > now) return undefined;
    this.#resting.shift();
    return first.region;
  }

  giveBack(region: Region, now: number): void {
    this.#resting.push({ region, until: now + REST_MILLIS });
  }
}
