/** Waits for `event`, but not longer than `millis`; answers whether it came. */
export async function within(millis: number, event: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), millis);
  });
  const came = await Promise.race([event.then(() => true), deadline]);
  clearTimeout(timer);
  return came;
}
