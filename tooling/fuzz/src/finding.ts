/** A promise that was broken, and the input that shows it. */
import { createHash } from 'node:crypto';
import { formatInput, type Input } from './input.ts';

export interface Finding {
  readonly input: Input;
  readonly error: unknown;
  /** Tells one find from another: what was thrown and where, without the numbers of the case. */
  readonly signature: string;
}

export function signatureOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [, ...frames] = (error.stack ?? '').split('\n    at ');
  const place = frames.map(placeIn).find((each) => each !== undefined) ?? '';
  return `${error.name}: ${error.message.split('\n')[0] ?? ''} ${place}`.replaceAll(/\d+/g, 'N');
}

/** The text of a file that keeps it. */
export function formatFinding({ input, error }: Finding): string {
  return formatInput(
    input,
    error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  );
}

/** A name for the file of an input: the same for the same input. */
export function nameOf(input: Input): string {
  return createHash('sha256').update(formatInput(input)).digest('hex').slice(0, 12);
}

/** The function and the file of a frame of the stack, if it is in the sources of this repository. */
function placeIn(frame: string): string | undefined {
  const [, name = '', file] = /^(?:(.*) \()?.*?((?:packages|apps)\/[^:]+):/.exec(frame) ?? [];
  return file === undefined ? undefined : `${name} in ${file}`;
}
