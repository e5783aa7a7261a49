/**
 * Calls `act` for each item, without waiting for the one before, but with no more than `countMax` under
 * way at a time: each of so many runners takes the next item when it is free. The answers are in the
 * order of the items.
 */
export async function someAtATime<Item, Answer>(
  items: readonly Item[],
  countMax: number,
  act: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const queue = items.entries();
  const runners = Math.min(countMax, items.length);
  await Promise.all(
    Array.from({ length: runners }, async () => {
      for (const [i, item] of queue) answers[i] = await act(item);
    }),
  );
  return answers;
}
