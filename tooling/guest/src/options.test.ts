import { expect, it } from 'vitest';
import { parseOptions } from './options.ts';
import { SCENARIOS } from './scenario-table.ts';

it('runs everything in software, unless told otherwise', () => {
  expect(parseOptions([])).toEqual({
    kind: 'run',
    scenarios: SCENARIOS,
    accelerator: 'tcg',
    logFile: undefined,
  });
  const some = parseOptions(['--short', '--accelerator', 'kvm', '--log', 'a.log', 'ext4', 'list']);
  expect(some).toMatchObject({ kind: 'run', accelerator: 'kvm', logFile: 'a.log' });
  const names = some.kind === 'run' ? some.scenarios.map(({ name }) => name) : [];
  expect(names).toContain('list tls');
  expect(names).not.toContain('restart unix plain 4x512');
  expect(names.length).toBeLessThan(SCENARIOS.filter(({ short }) => short).length);
});

it('the help names every scenario', () => {
  const invocation = parseOptions(['--help']);
  const text = invocation.kind === 'help' ? invocation.text : '';
  for (const { name, short } of SCENARIOS) expect(text).toContain(`${short ? '*' : ' '} ${name}`);
});

it.each([
  [['--accelerator', 'hvf'], '--accelerator: expected tcg or kvm, found hvf'],
  [['nothing'], 'expected a part of the name of a scenario, found nothing'],
  [['--fast'], "Unknown option '--fast'"],
])('%j is refused', (args, expected) => {
  expect(() => parseOptions(args)).toThrow(expected);
});

it('each pair of two ways to attach is in one of the few scenarios of the tests', () => {
  const all = pairsOf(SCENARIOS.map(({ name }) => name));
  const tried = pairsOf(SCENARIOS.filter(({ short }) => short).map(({ name }) => name));
  expect(all.size).toBe(24);
  expect([...all].filter((pair) => !tried.has(pair))).toEqual([]);
});

/** Of names such as "ext4 tcp tls 1x512": each two of the words, with their places. */
function pairsOf(names: readonly string[]): ReadonlySet<string> {
  const pairs = names
    .filter((name) => name.startsWith('ext4'))
    .flatMap((name) => {
      const words = name.split(/[ x]/).slice(-4);
      return words.flatMap((a, i) =>
        words.slice(i + 1).map((b, j) => `${i} ${a} ${i + j + 1} ${b}`),
      );
    });
  return new Set(pairs);
}
