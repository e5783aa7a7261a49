/**
 * Options that name one of several ways. A name that is misspelt, in a program without types, must not pass for another
 * one: a lock that is never taken would be missed too late.
 */
import type { IoChoice } from './reads/choose-reads.ts';
import type { LockPolicy } from './file/file-lock.ts';

interface Ways {
  readonly io?: IoChoice;
  readonly lock?: LockPolicy;
}

const KNOWN: { readonly [Name in keyof Ways]-?: readonly NonNullable<Ways[Name]>[] } = {
  io: ['auto', 'uring', 'nowait', 'adaptive', 'async'],
  lock: ['auto', 'require', 'warn', 'off'],
};

/** Throws a `TypeError` that names the option and what there is. */
export function checkOptions(options: Ways): void {
  for (const [name, known] of Object.entries(KNOWN) as [keyof Ways, readonly string[]][]) {
    const found: string | undefined = options[name];
    if (found === undefined || known.includes(found)) continue;
    throw new TypeError(
      `${name}: expected one of ${known.join(', ')}, found ${JSON.stringify(found)}`,
    );
  }
}
