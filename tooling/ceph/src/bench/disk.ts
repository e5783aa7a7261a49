/** What loads are put on: the export of a server, or the store without one. All offsets and lengths are bytes. */
export interface Disk {
  /** Fills `target`. */
  read(target: Uint8Array, offset: number): Promise<void>;
  /** Lent until the promise settles. */
  write(source: Uint8Array, offset: number): Promise<void>;
  /** What was answered before is as safe as this disk makes it. */
  flush(): Promise<void>;
  /** Flushes, and ends what was started for it. */
  close(): Promise<void>;
}

/** Opens one for as long as `use` takes, and closes it whatever comes of that. */
export async function withDisk<Answer>(
  { open }: { readonly open: () => Promise<Disk> },
  use: (disk: Disk) => Promise<Answer>,
): Promise<Answer> {
  const disk = await open();
  try {
    return await use(disk);
  } finally {
    await disk.close();
  }
}
