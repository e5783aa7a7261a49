/** `docs/protocol-choices.md` decides whatever is left open: here, that it leaves nothing out. */
import type { Register } from './register.ts';
import { namedRules } from './rule-ids.ts';

export const CHOICES_PAGE = 'docs/protocol-choices.md';

const TOPIC = /\b[AD]-\d{2}\b/g;

/**
 * What the page must name and does not, and what it names and is not there. It must name each topic,
 * and each rule that leaves a choice: all but MUST and MUST NOT.
 */
export function checkChoices({ rules, topics }: Register, page: string): readonly string[] {
  const ids = new Set(rules.map(({ id }) => id));
  const named = new Set([...namedRules(page, ids), ...[...page.matchAll(TOPIC)].map(([id]) => id)]);
  const open = rules.filter(({ level }) => !level.startsWith('MUST'));
  const missing = [...open.map(({ id, text }) => [id, text] as const), ...topics]
    .filter(([id]) => !named.has(id))
    .map(([id, text]) => `${CHOICES_PAGE} does not name ${id}: ${text}`);
  const unknown = [...named]
    .filter((id) => !ids.has(id) && !topics.has(id))
    .map((id) => `${CHOICES_PAGE} names ${id}, which is neither a rule nor a topic`);
  return [...missing, ...unknown];
}
