import { expect, test } from 'vitest';
import { type Help, runCommand } from './run-command.ts';
import { UsageError } from './usage-error.ts';

type Asked = { readonly kind: 'work'; readonly code: number };

async function run(parse: () => Asked | Help) {
  const [printed, complaints]: [string[], string[]] = [[], []];
  const code = await runCommand({
    name: 'tool',
    parse,
    perform: async (asked) => asked.code,
    output: { print: (line) => printed.push(line), complain: (line) => complaints.push(line) },
  });
  return { code, printed, complaints };
}

test('what is asked for is done, and its exit code is answered', async () => {
  const done = await run(() => ({ kind: 'work', code: 7 }));
  expect(done).toEqual({ code: 7, printed: [], complaints: [] });
});

test('help is printed, and is no fault', async () => {
  const helped = await run(() => ({ kind: 'help', text: 'usage: tool' }));
  expect(helped).toEqual({ code: 0, printed: ['usage: tool'], complaints: [] });
});

test('wrong usage is told in one line that names the program, and exits with 2', async () => {
  const refused = await run(() => {
    throw new UsageError('expected a word');
  });
  expect(refused).toEqual({ code: 2, printed: [], complaints: ['tool: expected a word'] });
});

test('any other error of the parser is a bug, and comes out', async () => {
  const bug = new TypeError('undefined is not a word');
  await expect(
    run(() => {
      throw bug;
    }),
  ).rejects.toBe(bug);
});
