/**
 * Locks and holes through the optional package fs-native-extensions.
 */
import { createRequire } from 'node:module';

/** Positions and lengths in bytes. */
export interface FileExtensions {
  /** Takes an advisory lock that belongs to the open file; false when another open file is in the way. */
  tryLock(fd: number, offset: number, length: number, options?: { shared?: boolean }): boolean;
  unlock(fd: number, offset: number, length: number): void;
  /** Punches a hole, off the loop. Rejects with an error that has Node's `code`. */
  trim(fd: number, offset: number, length: number): Promise<void>;
}

/** The package, or `undefined` when it is not installed or has no binary for this machine. */
export function loadFileExtensions(): FileExtensions | undefined {
  try {
    // A CommonJS package without types: what is used of it is written down above.
    return createRequire(import.meta.url)('fs-native-extensions') as FileExtensions;
  } catch {
    // Optional: the driver says, in its notices, what it cannot do without.
    return undefined;
  }
}
