import { expect, test } from 'vitest';
import { namedFaults, namedRules } from './rule-ids.ts';

const KNOWN = new Set(['C-046', 'C-047', 'C-052', 'K-001', 'K-003']);

test.each([
  ['C-046 one rule', ['C-046']],
  ['two rules, side by side (C-046, C-047)', ['C-046', 'C-047']],
  ['C-047 named twice, C-047', ['C-047']],
  ['C-046 to C-052 a run', ['C-046', 'C-047', 'C-052']],
  ['C-046..C-052 a run', ['C-046', 'C-047', 'C-052']],
  ['K-001–K-003 a run', ['K-001', 'K-003']],
  ['C-900 to C-902 a run whose ends are no rules', ['C-900', 'C-902']],
  ['C-046 to K-001 no run', ['C-046', 'K-001']],
  ['S-30 D-16 E-35 RFC-046 C-0461 C-46: none of them', []],
])('%s', (text, ids) => {
  expect(namedRules(text, KNOWN)).toEqual(ids);
});

test.each([
  ['E-06 and C-006 E-30, E-06 again', ['E-06', 'E-30']],
  ['E-060 RE-06 E-6 and E06: none of them', []],
])('faults that others had: %s', (text, ids) => {
  expect(namedFaults(text)).toEqual(ids);
});
