/**
 * Names of files as names of exports: which of them a stranger may ask for.
 */
import { sep } from 'node:path';

/** Control characters and line ends: nobody can type them, and terminals and logs obey them. */
const UNSPEAKABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

/** What leads out of a folder, or to a part of a file. */
const PATH_PARTS = sep === '/' ? /\// : /[/\\:]/;

/**
 * Whether `name` is that of an entry right in a folder that is offered to clients: not empty, not hidden by a dot (which
 * rules out "." and ".."), not a path, without control characters and halves of surrogate pairs.
 */
export function isEntryName(name: string): boolean {
  return name !== '' && !name.startsWith('.') && !PATH_PARTS.test(name) && !UNSPEAKABLE.test(name);
}
