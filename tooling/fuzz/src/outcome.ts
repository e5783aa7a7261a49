/** What becomes of a target with an input: a word, or what it threw, which is a find. */
import type { Input } from './input.ts';
import type { Target } from './target.ts';
import { withinTimeLimit } from './time-limit.ts';

export interface Outcome {
  readonly word?: string;
  readonly error?: unknown;
}

/** Targets that do their work behind an `await`, where no limit of time reaches: to have one for the rest is dear. */
const later = new WeakSet<Target>();

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
  const run = () => {
    for (const input of inputs.slice(outcomes.length)) {
      const answer = attempt(target, input);
      if (answer instanceof Promise) {
        later.add(target);
        return answer;
      }
      outcomes.push(answer);
    }
    return undefined;
  };
  try {
    return later.has(target) ? run() : withinTimeLimit(run);
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

/** What was thrown where nobody waited for it goes before what came of it. */
async function settled(pending: Promise<string>): Promise<Outcome> {
  const lost: unknown[] = [];
  const note = (error: unknown) => lost.push(error);
  process.on('unhandledRejection', note);
  let outcome: Outcome;
  try {
    outcome = { word: await pending };
  } catch (error) {
    outcome = { error };
  }
  process.off('unhandledRejection', note);
  return lost.length === 0 ? outcome : { error: lost[0] };
}
