/** What an expression says, as far as its syntax tells. */
import type { ESTree } from 'vite';

/** The constants of a file by name, for tables that are named rather than written in place. */
export type Constants = ReadonlyMap<string, ESTree.Expression>;

/**
 * The text of a literal, of a template, where "…" stands for what is computed, or of a sum of such.
 * `undefined` for anything else.
 */
export function literalText(node: ESTree.Node): string | undefined {
  const plain = unwrapped(node);
  switch (plain.type) {
    case 'Literal':
      return String(plain.value);
    case 'TemplateLiteral':
      return plain.quasis.map(({ value }) => value.cooked ?? value.raw).join('…');
    case 'BinaryExpression': {
      const left = literalText(plain.left);
      const right = literalText(plain.right);
      return left === undefined || right === undefined ? undefined : left + right;
    }
    default:
      return undefined;
  }
}

/** `node` without what only the compiler reads: `as const`, `satisfies`, parentheses. */
export function unwrapped(node: ESTree.Node): ESTree.Node {
  switch (node.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'ParenthesizedExpression':
      return unwrapped(node.expression);
    default:
      return node;
  }
}
