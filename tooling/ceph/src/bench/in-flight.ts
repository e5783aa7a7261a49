/**
 * Keeps `depth` requests under way. `ask` makes the next one, or answers undefined when there is none. Resolves when all
 * are answered; rejects when one fails.
 */
export async function inFlight(depth: number, ask: () => Promise<void> | undefined): Promise<void> {
  const lane = async (): Promise<void> => {
    for (let request = ask(); request !== undefined; request = ask()) await request;
  };
  await Promise.all(Array.from({ length: depth }, lane));
}
