import type { ExportSource } from '@nbd/driver';

/**
 * Answers `source`. One that opens nothing would turn every client away, and a program without types may give anything.
 *
 * @throws TypeError that begins with `where` it came from
 */
export function checkSource<Source extends ExportSource>(where: string, source: Source): Source {
  const found = source as Partial<Source> | null | undefined;
  if (typeof found?.open === 'function') return source;
  throw new TypeError(`${where}: expected an object with the method open, found none`);
}
