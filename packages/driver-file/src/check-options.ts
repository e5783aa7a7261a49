/**
 * What a program without types may misspell: the name of an option, or of one of several ways. Neither must pass for another
 * one: a disk that was to be read alone would be open for writing, and a lock that is never taken would be missed too late.
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

/** Throws a `TypeError` that names what is wrong and what there is. The options that there are, are the keys of `names`. */
export function checkOptions(options: Ways, names: object): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const known = Object.keys(names).join(', ');
    throw new TypeError(`there is no option ${JSON.stringify(name)}, expected one of ${known}`);
  }
  for (const [name, known] of Object.entries(KNOWN) as [keyof Ways, readonly string[]][]) {
    const found: string | undefined = options[name];
    if (found === undefined || known.includes(found)) continue;
    throw new TypeError(
      `${name}: expected one of ${known.join(', ')}, found ${JSON.stringify(found)}`,
    );
  }
}
