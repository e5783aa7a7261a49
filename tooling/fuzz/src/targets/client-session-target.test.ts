import { expect, test } from 'vitest';
import { clientSessionTarget as target } from './client-session-target.ts';

/** One for each form of chunks. */
const chunked = target.seeds().filter((_, i) => i === 2 || i === 4);

test('it begins with servers that let the client in and answer all that it asks', () => {
  for (const input of target.seeds()) {
    expect(target.execute(input)).toContain('READ done');
  }
});

test('K-025 a part of a READ that comes twice fails it, and nothing that was not told is read', () => {
  const words = chunked.flatMap((input) =>
    input.messages.map((message, i) =>
      target.execute({ ...input, messages: input.messages.toSpliced(i, 0, message) }),
    ),
  );
  expect(
    words.filter((word) => typeof word === 'string' && word.includes('READ bad-reply')),
  ).not.toEqual([]);
});
