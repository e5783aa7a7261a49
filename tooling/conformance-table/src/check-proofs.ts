/** What is wrong between the rules and the tests. */
import type { Proofs } from './proofs.ts';
import type { Register } from './register.ts';

/** Rules with neither a test nor a reason, tests of no rule, and reasons of no use: a sentence each. */
export function checkProofs({ rules, reasons }: Register, proofs: Proofs): readonly string[] {
  const ids = new Set(rules.map(({ id }) => id));
  const bare = rules
    .filter(({ id }) => !proofs.has(id) && !reasons.has(id))
    .map(({ id, level, text }) => `${id} (${level}) has no test: ${text}`);
  const unknown = [...proofs]
    .filter(([id]) => !ids.has(id))
    .flatMap(([id, tests]) =>
      tests.map(({ path, title }) => `${path}: "${title}" names ${id}, which is no rule`),
    );
  const idle = [...reasons.keys()].flatMap((id) => {
    if (!ids.has(id)) return [`the reasons name ${id}, which is no rule`];
    return proofs.has(id) ? [`${id} has tests, and a reason to have none`] : [];
  });
  return [...bare, ...unknown, ...idle];
}

/** Faults that others had without a test here, and tests of no such fault: a sentence each. */
export function checkFaultProofs({ faults }: Register, proofs: Proofs): readonly string[] {
  const ids = new Set(faults.map(({ id }) => id));
  const bare = faults
    .filter(({ id }) => !proofs.has(id))
    .map(({ id, advisories, text }) => `${[id, ...advisories].join(', ')} has no test: ${text}`);
  const unknown = [...proofs]
    .filter(([id]) => !ids.has(id))
    .flatMap(([id, tests]) =>
      tests.map(({ path, title }) => `${path}: "${title}" names ${id}, which is no known fault`),
    );
  return [...bare, ...unknown];
}
