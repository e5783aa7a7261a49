/** Makes an input smaller as long as it shows the same, so that a person can read it. */
import type { Input } from './input.ts';

/** How often it may be tried. */
const TRIES_MAX = 4000;
/** The same for an input that is only to be changed again. */
const TRIM_TRIES_MAX = 12;

/** The smallest input that was found for which `shows` is still true, as it must be for `input`. */
export async function minimize(
  input: Input,
  shows: (input: Input) => Promise<boolean>,
): Promise<Input> {
  let smallest = input;
  let triesLeft = TRIES_MAX;
  const isBetter = async (candidate: Input) => {
    if (triesLeft === 0) return false;
    triesLeft--;
    if (!(await shows(candidate))) return false;
    smallest = candidate;
    return true;
  };
  // When there is nothing more to try, nothing shrinks.
  for (let hasShrunk = true; hasShrunk; ) {
    hasShrunk = false;
    const messages = await shrunkList(smallest.messages, (shorter) =>
      isBetter({ ...smallest, messages: shorter }),
    );
    if (messages) hasShrunk = true;
    for (let i = 0; i < smallest.messages.length; i++) {
      const isShorter = await shrunkList([...(smallest.messages[i] ?? [])], (shorter) =>
        isBetter(withMessage(smallest, i, Uint8Array.from(shorter))),
      );
      if (isShorter) hasShrunk = true;
    }
    const hasFewer = await shrunkList(
      [...smallest.choices],
      async (shorter) =>
        shorter.length > 0 && (await isBetter({ ...smallest, choices: Uint8Array.from(shorter) })),
    );
    if (hasFewer) hasShrunk = true;
  }
  await clearBytes(() => smallest, isBetter);
  return smallest;
}

/** `input` without messages that it does not need, as far as a few tries tell. */
export async function trim(
  input: Input,
  shows: (input: Input) => Promise<boolean>,
): Promise<Input> {
  let trimmed = input;
  let triesLeft = TRIM_TRIES_MAX;
  await shrunkList(input.messages, async (messages) => {
    if (triesLeft === 0) return false;
    triesLeft--;
    const candidate = { ...input, messages };
    if (!(await shows(candidate))) return false;
    trimmed = candidate;
    return true;
  });
  return trimmed;
}

/** Offers `list` without runs of its items, large runs first; answers whether one of the offers was taken. */
async function shrunkList<T>(
  list: readonly T[],
  offer: (shorter: readonly T[]) => Promise<boolean>,
): Promise<boolean> {
  let rest = list;
  for (let run = Math.max(1, list.length >> 1); run >= 1 && rest.length > 0; run >>= 1) {
    for (let at = 0; at < rest.length; ) {
      const shorter = [...rest.slice(0, at), ...rest.slice(at + run)];
      if (await offer(shorter)) rest = shorter;
      else at += run;
    }
  }
  return rest.length < list.length;
}

/** Bytes that say nothing become zero. */
async function clearBytes(
  current: () => Input,
  isBetter: (candidate: Input) => Promise<boolean>,
): Promise<void> {
  for (let i = 0; i < current().messages.length; i++) {
    for (let at = 0; at < (current().messages[i]?.length ?? 0); at++) {
      const copy = current().messages[i]?.slice() ?? new Uint8Array(0);
      if (copy[at] === 0) continue;
      copy[at] = 0;
      await isBetter(withMessage(current(), i, copy));
    }
  }
}

function withMessage(input: Input, index: number, message: Uint8Array): Input {
  return { ...input, messages: input.messages.with(index, message) };
}
