/** What the flags of an extent mean, in the words of nbdinfo. */

/** Whatever has no words of its own is its number. */
export function describeStatus(context: string, flags: number | bigint): string {
  if (context === 'base:allocation') return ALLOCATION[Number(flags)] ?? String(flags);
  if (context.startsWith('qemu:dirty-bitmap:')) return DIRTINESS[Number(flags)] ?? String(flags);
  if (context === 'qemu:allocation-depth') return DEPTH[Number(flags)] ?? `backing depth ${flags}`;
  return String(flags);
}

const ALLOCATION: readonly string[] = ['data', 'hole', 'zero', 'hole,zero'];
const DIRTINESS: readonly string[] = ['clean', 'dirty'];
const DEPTH: readonly string[] = ['absent', 'local'];
