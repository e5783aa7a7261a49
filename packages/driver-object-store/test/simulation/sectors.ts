/** Sectors: what is written as one value, so that it can be seen where each byte of a disk comes from. */
export const SECTOR_BYTES = 512;

/** The value of each sector; -1: it is torn. */
export function sectorsOf(bytes: Uint8Array): number[] {
  const words = new Uint32Array(bytes.slice().buffer);
  const perSector = SECTOR_BYTES / 4;
  return Array.from({ length: bytes.length / SECTOR_BYTES }, (_, sector) => {
    const part = words.subarray(sector * perSector, (sector + 1) * perSector);
    return part.every((word) => word === part[0]) ? (part[0] as number) : -1;
  });
}

/** Bytes that are that value in all sectors. */
export function filled(length: number, value: number): Uint8Array {
  return new Uint8Array(new Uint32Array(length / 4).fill(value).buffer);
}
