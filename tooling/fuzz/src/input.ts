/**
 * What a target is fed with: messages, and choices that are not the peer's. As text it is
 *
 *   # a comment
 *   choices 03 of the target, in hexadecimal
 *   4e42444d… one message on each line; an empty one is a full stop
 */
export interface Input {
  /** What the target decides by, such as where bytes are cut and what is asked for; at least one byte. */
  readonly choices: Uint8Array;
  readonly messages: readonly Uint8Array[];
}

/** Bytes of its messages together. */
export function messageBytes({ messages }: Input): number {
  return messages.reduce((sum, { length }) => sum + length, 0);
}

/** The text of an input, with `about` as its comment. */
export function formatInput({ choices, messages }: Input, about = ''): string {
  const lines = about === '' ? [] : about.split('\n').map((line) => `# ${line}`);
  lines.push(`choices ${toHex(choices)}`);
  for (const message of messages) lines.push(message.length === 0 ? '.' : toHex(message));
  return `${lines.join('\n')}\n`;
}

/**
 * Reads what `formatInput` writes.
 *
 * @throws SyntaxError for other text
 */
export function parseInput(text: string): Input {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const [first = '', ...others] = lines;
  const choices = fromHex(first.replace(/^choices /, ''));
  if (!first.startsWith('choices ') || choices.length === 0) {
    throw new SyntaxError(`expected "choices" and at least one byte, found ${first}`);
  }
  return { choices, messages: others.map((line) => fromHex(line === '.' ? '' : line)) };
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text))
    throw new SyntaxError(`expected hexadecimal, found ${text}`);
  return new Uint8Array(Buffer.from(text, 'hex'));
}
