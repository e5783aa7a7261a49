/** What the command lines of the tools have in common. */
export { namedIn } from './named-entries.ts';
export { readWords } from './read-words.ts';
export { type Help, type Output, runCommand, STANDARD_OUTPUT } from './run-command.ts';
export { UsageError } from './usage-error.ts';
export { wholeNumber } from './whole-number.ts';
