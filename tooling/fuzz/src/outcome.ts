/** What becomes of a target with an input: a word, or what it threw, which is a find. */
import type { Input } from './input.ts';
import type { Target } from './target.ts';
import { withinTimeLimit } from './time-limit.ts';

export interface Outcome {
  readonly word?: string;
  readonly error?: unknown;
}

/** Runs `target` with one input after the other; what does not come back is an error like any other. */
export async function outcomesOf(
  target: Target,
  inputs: readonly Input[],
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  while (outcomes.length < inputs.length) {
    const pending = runAtOnce(target, inputs, outcomes);
    if (pending !== undefined) outcomes.push(await settled(pending));
  }
  return outcomes;
}

/** Runs all that are left, up to the first that answers later: to limit the time of each alone is dear. */
function runAtOnce(
  target: Target,
  inputs: readonly Input[],
  outcomes: Outcome[],
): Promise<string> | undefined {
  try {
    return withinTimeLimit(() => {
      for (const input of inputs.slice(outcomes.length)) {
        const answer = attempt(target, input);
        if (answer instanceof Promise) return answer;
        outcomes.push(answer);
      }
      return undefined;
    });
  } catch (error) {
    outcomes.push({ error });
    return undefined;
  }
}

function attempt(target: Target, input: Input): Outcome | Promise<string> {
  try {
    const answer = target.execute(input);
    return typeof answer === 'string' ? { word: answer } : answer;
  } catch (error) {
    return { error };
  }
}

async function settled(pending: Promise<string>): Promise<Outcome> {
  try {
    return { word: await pending };
  } catch (error) {
    return { error };
  }
}
