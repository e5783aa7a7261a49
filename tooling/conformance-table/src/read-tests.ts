/** The titles of the tests in a file, from its syntax alone: nothing is run. */
import { type ESTree, parseSync, Visitor } from 'vite';
import { titlesOfRows } from './table-rows.ts';
import { type Constants, literalText } from './literal-text.ts';

export interface TestTitle {
  /** With the titles of the blocks around it, joined by " > ". What only a run can tell is "…". */
  readonly title: string;
  /** Runs only where the machine has what it needs (`skipIf`, `runIf`). */
  readonly isConditional: boolean;
}

/** Titles of one call: several, where the rows of its table have ids of their own. */
interface Titled {
  readonly isBlock: boolean;
  readonly titles: readonly string[];
  readonly isSkipped: boolean;
  readonly isConditional: boolean;
}

/** A callee such as `test.skipIf(a).each(rows)`, taken apart. */
interface Callee {
  readonly name: string;
  readonly modifiers: readonly string[];
  readonly table: ESTree.Argument | undefined;
}

/** These wait for a second pair of parentheses: the first has no title in it. */
const CURRIED = new Set(['each', 'for', 'skipIf', 'runIf']);

/**
 * The tests of `source` that are not skipped, in its order, each title once. Throws if it is not
 * TypeScript.
 */
export function readTests(path: string, source: string): readonly TestTitle[] {
  const { program, errors } = parseSync(path, source);
  if (errors[0] !== undefined) throw new SyntaxError(`${path}: ${errors[0].message}`);
  const constants = new Map<string, ESTree.Expression>();
  const open = new Map<ESTree.CallExpression, Titled>();
  const tests = new Map<string, TestTitle>();

  new Visitor({
    VariableDeclarator({ id, init }) {
      if (id.type === 'Identifier' && init !== null) constants.set(id.name, init);
    },
    CallExpression(call) {
      const titled = titledCall(call, constants);
      if (titled === undefined) return;
      const around = [...open.values()];
      if (titled.isBlock) open.set(call, titled);
      else for (const test of joined(around, titled)) tests.set(test.title, test);
    },
    'CallExpression:exit'(call) {
      open.delete(call);
    },
  }).visit(program);
  return [...tests.values()];
}

function titledCall(call: ESTree.CallExpression, constants: Constants): Titled | undefined {
  const callee = takenApart(call.callee);
  const title = call.arguments[0];
  if (callee === undefined || title === undefined) return undefined;
  const { name, modifiers, table } = callee;
  if (CURRIED.has(modifiers.at(-1) ?? '') && call.callee.type === 'MemberExpression') {
    return undefined;
  }
  const text = literalText(title) ?? '…';
  return {
    isBlock: name === 'describe',
    titles: table === undefined ? [text] : titlesOfRows(text, table, constants),
    isSkipped: modifiers.includes('skip') || modifiers.includes('todo'),
    isConditional: modifiers.includes('skipIf') || modifiers.includes('runIf'),
  };
}

function takenApart(callee: ESTree.Expression): Callee | undefined {
  switch (callee.type) {
    case 'Identifier':
      return ['describe', 'it', 'test'].includes(callee.name)
        ? { name: callee.name, modifiers: [], table: undefined }
        : undefined;
    case 'MemberExpression': {
      const inner = takenApart(callee.object);
      const { property } = callee;
      if (inner === undefined || property.type !== 'Identifier') return undefined;
      return { ...inner, modifiers: [...inner.modifiers, property.name] };
    }
    case 'CallExpression': {
      const inner = takenApart(callee.callee);
      const isTable = /^(?:each|for)$/.test(inner?.modifiers.at(-1) ?? '');
      return inner && { ...inner, table: isTable ? callee.arguments[0] : inner.table };
    }
    case 'TaggedTemplateExpression':
      return takenApart(callee.tag);
    default:
      return undefined;
  }
}

/** A test in its blocks: one title for each way to come to it. */
function joined(around: readonly Titled[], test: Titled): readonly TestTitle[] {
  const path = [...around, test];
  if (path.some(({ isSkipped }) => isSkipped)) return [];
  const isConditional = path.some((each) => each.isConditional);
  const titles = path.reduce<readonly string[]>(
    (outer, { titles: inner }) =>
      outer.length === 0 ? inner : outer.flatMap((a) => inner.map((b) => `${a} > ${b}`)),
    [],
  );
  return titles.map((title) => ({ title, isConditional }));
}
