/**
 * Does something with each of many, so many at a time: a promise for each would be more memory than they are. Rejects
 * with the first failure, after which none is begun.
 */
export async function withEach<Item>(
  items: readonly Item[],
  atATime: number,
  task: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  let isOver = false;
  const some = async (): Promise<void> => {
    try {
      for (const each of left) {
        if (isOver) break;
        await task(each);
      }
    } finally {
      isOver = true;
    }
  };
  await Promise.all(Array.from({ length: atATime }, some));
}
