/** Words that are names of the entries of a table. */
import { UsageError } from './usage-error.ts';

/**
 * The entries with these names, in their order.
 *
 * @throws UsageError that begins with `before`, and lists what there is
 */
export function namedIn<Entry extends { readonly name: string }>(
  table: readonly Entry[],
  names: readonly string[],
  before = 'expected some of',
): readonly Entry[] {
  return names.map((name) => {
    const entry = table.find((each) => each.name === name);
    if (entry !== undefined) return entry;
    const all = table.map((each) => each.name).join(', ');
    throw new UsageError(`${before} ${all}; found ${name}`);
  });
}
