/** Servers whose words are meant for the terminal: whatever they say, nothing of it acts there. */
import { createServer, type Socket } from 'node:net';
import { filter } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { type Outcome, runHere } from './run-here.ts';
import { serveHere } from './served.ts';

/** Clears the screen, sets a title, turns text around, goes back to the start of the line, and begins another. */
const WORDS =
  '\u001b[2J\u009b31m\u001b]0;owned\u0007\u202e\r\nnbd: all is well\u2028\u200b\u0085\u061c';

/** All that a terminal would obey, or that a person would not see; the ends of our own lines are none of it. */
const UNSAFE = /(?!\n)[\p{C}\p{Zl}\p{Zp}]/u;

function expectHarmless({ stdout, stderr }: Outcome): void {
  expect(stdout).not.toMatch(UNSAFE);
  expect(stderr).not.toMatch(UNSAFE);
  expect(`${stdout}${stderr}`).not.toMatch(/^nbd: all is well/m);
}

test('names, descriptions and contexts of a server are shown with what is unsafe spelled out', async () => {
  const map = { name: `x-test:${WORDS}`, runs: () => [{ length: 512, value: 1 }] };
  const driver = filter(memoryDriver({ size: 512 }), { maps: [map] });
  const uri = await serveHere({ [WORDS]: { driver, description: WORDS } });
  for (const command of ['info', 'list', 'map']) {
    for (const args of [[], ['--json']]) expectHarmless(await runHere([command, ...args, uri()]));
  }
  expectHarmless(await runHere(['list', '--long', uri()]));
  expectHarmless(await runHere(['map', '--context', 'none', uri()]));
  expect((await runHere(['list', uri()])).stdout).toContain(String.raw`\u001b[2J\u009b31m`);
  const { stdout } = await runHere(['info', uri()]);
  expect(stdout.match(/\\u2028/g)).toHaveLength(3);
});

test('the words of a refusal are one line, without what is unsafe', async () => {
  const uri = await refusing(WORDS);
  for (const args of [
    ['info', uri],
    ['list', uri],
    ['list', '--long', uri],
    ['map', uri],
    ['dump', uri],
    ['copy', uri, '-'],
  ]) {
    const outcome = await runHere(args);
    expect(outcome.code).toBe(1);
    expectHarmless(outcome);
    expect(outcome.stderr).toMatch(/^nbd: [^\n]*\[2J[^\n]*all is well[^\n]*\n$/);
  }
});

test('whatever a server says in a refusal, it is one line', async () => {
  const anyWords = fc
    .array(fc.nat(0x10_ffff), { maxLength: 200 })
    .map((codePoints) => String.fromCodePoint(...codePoints));
  await fc.assert(
    fc.asyncProperty(anyWords, async (words) => {
      const { server, uri } = await listening(words);
      const outcome = await runHere(['info', uri]);
      server.close();
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toMatch(/^nbd: [^\n]+\n$/);
      expect(outcome.stderr).not.toMatch(UNSAFE);
    }),
    { numRuns: 15 },
  );
});

async function refusing(words: string): Promise<string> {
  const { server, uri } = await listening(words);
  onTestFinished(() => void server.close());
  return uri;
}

/** A server that refuses every option by these words. */
async function listening(words: string) {
  const server = createServer((socket) => refuseAll(socket, words));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { server, uri: `nbd://127.0.0.1:${port}/disk` };
}

const GREETING = Buffer.from('NBDMAGICIHAVEOPT\0\x03', 'latin1');
const CLIENT_FLAGS_BYTES = 4;
const OPTION_BYTES = 16;
const REPLY_MAGIC = 0x0003_e889_0455_65a9n;
const ERR_POLICY = 0x8000_0002;

function refuseAll(socket: Socket, words: string): void {
  // Its flags come first, and are passed over.
  let rest = CLIENT_FLAGS_BYTES;
  let heard = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.write(GREETING);
  socket.on('data', (chunk: Uint8Array) => {
    heard = Buffer.concat([heard, chunk]);
    if (heard.length < rest) return;
    heard = heard.subarray(rest);
    rest = 0;
    while (heard.length >= OPTION_BYTES) {
      const bytes = OPTION_BYTES + heard.readUInt32BE(12);
      if (heard.length < bytes) return;
      const head = Buffer.alloc(20);
      head.writeBigUInt64BE(REPLY_MAGIC, 0);
      head.writeUInt32BE(heard.readUInt32BE(8), 8);
      head.writeUInt32BE(ERR_POLICY, 12);
      head.writeUInt32BE(Buffer.byteLength(words), 16);
      socket.write(Buffer.concat([head, Buffer.from(words)]));
      heard = heard.subarray(bytes);
    }
  });
}
