/** Files of this machine that a guest is made of: where they are, and what is said where one is missing. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where distributions put programs that an ordinary user's path may lack. */
const MORE_FOLDERS = ['/usr/bin', '/usr/sbin', '/bin', '/sbin'];

/** This machine lacks something that a guest needs; the message names all that it lacks. */
export class MissingPartError extends Error {
  override readonly name = 'MissingPartError';
}

/** The full path of a program; undefined if there is none. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...MORE_FOLDERS];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => isAccessible(path, constants.X_OK));
}

/**
 * The same, of a program that must be there.
 *
 * @throws MissingPartError
 */
export function locateProgram(name: string): string {
  const found = findProgram(name);
  if (found === undefined) throw new MissingPartError(`not on this machine: ${name}`);
  return found;
}

/**
 * The first of `paths` that is a file that can be read.
 *
 * @throws MissingPartError if none is
 */
export function locateFile(paths: readonly [string, ...string[]]): string {
  const found = paths.find((path) => isAccessible(path, constants.R_OK));
  if (found === undefined) throw new MissingPartError(`not on this machine: ${paths[0]}`);
  return found;
}

/** What this machine lacks of `programs` and of what `others` looks for, in one line; undefined if nothing. */
export function lackOf(programs: readonly string[], others: () => void): string | undefined {
  const missing = programs.filter((name) => findProgram(name) === undefined);
  if (missing.length > 0) return `not on this machine: ${missing.join(', ')}`;
  try {
    others();
    return undefined;
  } catch (error) {
    if (error instanceof MissingPartError) return error.message;
    throw error;
  }
}

export function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
