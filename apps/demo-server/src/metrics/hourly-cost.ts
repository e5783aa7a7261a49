/**
 * What the last hour has cost, in a cell for each of its minutes: so no old sum has to be remembered, and whoever asks
 * hears of the hour before that moment.
 */
const MINUTES = 60;
const MINUTE_MILLIS = 60_000;

/** How many numbers it takes: in turn the cost of a minute, and which minute since 1970 that is. */
export const HOURLY_COST_LENGTH: number = 2 * MINUTES;

/** Adds a cost to the minute of `now`, milliseconds since 1970. */
export function addCost(cells: Float64Array, cost: number, now: number): void {
  const minute = Math.floor(now / MINUTE_MILLIS);
  const at = 2 * (minute % MINUTES);
  const before = cells[at + 1] === minute ? (cells[at] as number) : 0;
  cells[at] = before + cost;
  cells[at + 1] = minute;
}

/** The cost of this minute and of those of an hour before it. */
export function costOfHour(cells: Float64Array, now: number): number {
  const minute = Math.floor(now / MINUTE_MILLIS);
  let cost = 0;
  for (let at = 0; at < cells.length; at += 2) {
    const age = minute - (cells[at + 1] as number);
    if (age >= 0 && age < MINUTES) cost += cells[at] as number;
  }
  return cost;
}
