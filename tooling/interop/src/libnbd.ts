/** Conversations with a server through libnbd, written as one would type them into nbdsh. */
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { runTool } from './run-tool.ts';

const RUNNER = fileURLToPath(new URL('./libnbd-lines.py', import.meta.url));

/**
 * A line of Python, in which `h` is a handle that is not yet connected and `uri` a string, and what it
 * comes to: a value (`done` for none, bytes in hexadecimal), or the name of an error number.
 */
export type Line = readonly [line: string, outcome: unknown];

/** A line that came to something else than what is written beside it. */
export interface Mismatch {
  readonly line: string;
  readonly expected: unknown;
  readonly found: unknown;
}

/** Runs all lines in one process of libnbd, and answers those that do not come to what they should. */
export async function mismatches(
  uri: string,
  lines: readonly Line[],
): Promise<readonly Mismatch[]> {
  const input = JSON.stringify({ uri, lines: lines.map(([line]) => line) });
  const outcomes = JSON.parse(await runTool('python3-libnbd', [RUNNER], { input })) as unknown[];
  return lines
    .map(([line, expected], i) => ({ line, expected, found: outcomes[i] }))
    .filter(({ expected, found }) => !isDeepStrictEqual(found, expected));
}

/** Connects, with the checks switched off by which libnbd would not send what breaks a rule. */
export const CONNECT_UNCHECKED: readonly Line[] = [
  ['h.set_strict_mode(0)', 'done'],
  ['h.connect_uri(uri)', 'done'],
];
