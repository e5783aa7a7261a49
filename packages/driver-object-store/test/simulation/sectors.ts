/** Sectors: what is written as one value, so that it can be seen where each byte of a disk comes from. */
export const SECTOR_BYTES = 512;

/** The value of each sector; -1: it is torn. */
export function sectorsOf(bytes: Uint8Array, sectorBytes: number = SECTOR_BYTES): number[] {
  const words = new Uint32Array(bytes.slice().buffer);
  const perSector = sectorBytes / 4;
  return Array.from({ length: bytes.length / sectorBytes }, (_, sector) => {
    const start = sector * perSector;
    const value = words[start] as number;
    for (let at = start + 1; at < start + perSector; at++) if (words[at] !== value) return -1;
    return value;
  });
}

/** Bytes that are that value in all sectors. */
export function filled(length: number, value: number): Uint8Array {
  return new Uint8Array(new Uint32Array(length / 4).fill(value).buffer);
}

/** Throws unless the sectors that were found are those that are expected. `where` is for its message. */
export function checkSame(
  where: string,
  found: readonly number[],
  expected: readonly number[],
): void {
  const sector = found.findIndex((value, at) => value !== expected[at]);
  if (sector === -1) return;
  throw new Error(`${where}: sector ${sector} is ${found[sector]}, expected ${expected[sector]}`);
}
