/** Checks that run where there is no test runner: in a page. */

/** Something that must hold in a browser. */
export interface Check {
  readonly name: string;
  /** Throws, or rejects, when it does not hold. */
  readonly run: () => void | Promise<void>;
}

/** What came of a check: without a fault it held. */
export interface Verdict {
  readonly name: string;
  readonly fault?: string;
}

/** Runs `checks` one after the other, whatever becomes of each. */
export async function runChecks(checks: readonly Check[]): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const { name, run } of checks) {
    try {
      await run();
      verdicts.push({ name });
    } catch (error) {
      verdicts.push({ name, fault: String(error) });
    }
  }
  return verdicts;
}

/** Throws unless `found` is `expected`, both being made of what JSON can say. */
export function expectSame(found: unknown, expected: unknown): void {
  const foundText = JSON.stringify(found);
  const expectedText = JSON.stringify(expected);
  if (foundText !== expectedText) throw new Error(`expected ${expectedText}, found ${foundText}`);
}
