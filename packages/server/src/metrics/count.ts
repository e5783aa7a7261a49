/** Adds to the count that `counts` has for `key`; what is not there has been counted no time. */
export function count<Key>(counts: Map<Key, number>, key: Key, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
