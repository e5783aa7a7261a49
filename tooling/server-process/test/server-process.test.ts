/** Servers that are as bad as servers can be. */
import { expect, onTestFinished, test } from 'vitest';
import { type RunOptions, ServerProcess } from '../src/server-process.ts';

const KEPT_CHARACTERS = 2 ** 18;

/** Keeps the program running, as a server does. */
const STAYS = 'setInterval(() => undefined, 1e6);';
const READY = "console.log('ready');";

const isReady = ({ printed }: ServerProcess): boolean => printed.endsWith('ready\n');

async function start(script: string, options: RunOptions = {}): Promise<ServerProcess> {
  const server = await ServerProcess.start([process.execPath, '-e', script], isReady, options);
  onTestFinished(async () => void (await server.end('SIGKILL')));
  return server;
}

/** Whether there is a process of that number. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('one that is ready runs until it is told to end, and what it wrote is there', async () => {
  const server = await start(
    `console.error('in ' + process.env.PLACE); ${STAYS} process.on('SIGTERM', () => {
      console.error('bye');
      process.exit(7);
    }); ${READY}`,
    { environment: { PLACE: 'a test' } },
  );
  expect(server.hasEnded).toBe(false);
  expect(isThere(server.pid)).toBe(true);
  expect(await server.end()).toBe(7);
  expect(server.hasEnded).toBe(true);
  expect([server.printed, server.log]).toEqual(['ready\n', 'in a test\nbye\n']);
  expect(await server.end('SIGKILL')).toBe(7);
});

test('a signal goes to it without anybody waiting, and is how it ended', async () => {
  const server = await start(STAYS + READY);
  server.signal('SIGSTOP');
  expect(server.hasEnded).toBe(false);
  server.signal('SIGKILL');
  expect(await server.ended).toBe('SIGKILL');
});

test('one that dies before it is ready is an error with what it wrote', async () => {
  const dying = start(
    "console.log('one'); console.error('the disk is gone'); process.exitCode = 3;",
  );
  await expect(dying).rejects.toThrow(
    /^the server has ended with 3: .*\none\nthe disk is gone\n$/s,
  );
});

test('one that dies while it is said to be ready is not', async () => {
  const run = ServerProcess.start([process.execPath, '-e', 'process.exit(4)'], async (server) => {
    await server.ended;
    return true;
  });
  await expect(run).rejects.toThrow('the server has ended with 4');
});

test.each<[string, () => boolean | Promise<boolean>]>([
  ['is never ready', () => false],
  ['is never found out about', () => new Promise(() => undefined)],
])('one that %s is killed, and that is an error', async (_what, answer) => {
  let begun: ServerProcess | undefined;
  const run = ServerProcess.start(
    [process.execPath, '-e', STAYS],
    (server) => {
      begun = server;
      return answer();
    },
    { readyMillisMax: 100 },
  );
  await expect(run).rejects.toThrow('the server is not ready within 0.1 s: ');
  expect(await begun?.ended).toBe('SIGKILL');
});

test('one of which it cannot be found out is killed, and the reason comes out', async () => {
  let begun: ServerProcess | undefined;
  const run = ServerProcess.start([process.execPath, '-e', STAYS], (server) => {
    begun = server;
    throw new Error('no such socket');
  });
  await expect(run).rejects.toThrow('no such socket');
  expect(await begun?.ended).toBe('SIGKILL');
});

test('one that is not there is an error of the system', async () => {
  const run = ServerProcess.start(['no-such-program-of-nbd'], () => true);
  await expect(run).rejects.toThrow('spawn no-such-program-of-nbd ENOENT');
});

test('one that ignores SIGTERM is killed in the end, and that is an error with what it wrote', async () => {
  const ignores = `process.on('SIGTERM', () => undefined); console.error('never');`;
  const server = await start(ignores + STAYS + READY, { endMillisMax: 100 });
  await expect(server.end()).rejects.toThrow(
    /^the server does not end by SIGTERM within 0\.1 s: .*\nready\nnever\n$/s,
  );
  expect(await server.ended).toBe('SIGKILL');
});

/** Starts a process that outlives the server, with its output. */
const LEAVES_CHILD = `const { pid } = require('node:child_process').spawn('sleep', ['1000'], { stdio: 'inherit' });
  console.log(pid);`;

test('one whose own child keeps its output open is let go of', async () => {
  const server = await start(LEAVES_CHILD + STAYS + READY, { endMillisMax: 100 });
  const pid = Number.parseInt(server.printed, 10);
  onTestFinished(() => void process.kill(pid, 'SIGKILL'));
  await expect(server.end('SIGKILL')).rejects.toThrow('does not end by SIGKILL within 0.1 s');
  expect(isThere(pid)).toBe(true);
  expect(await server.ended).toBe('SIGKILL');
});

test('one that dies and leaves a child that keeps its output open has ended all the same', async () => {
  const server = await start(LEAVES_CHILD + STAYS + READY);
  const pid = Number.parseInt(server.printed, 10);
  onTestFinished(() => void process.kill(pid, 'SIGKILL'));
  expect(await server.end()).toBe('SIGTERM');
  expect(isThere(pid)).toBe(true);
  expect(server.printed).toBe(`${pid}\nready\n`);
});

test('one that says a lot is not held up, and of what it said the end is kept', async () => {
  const line = 'x'.repeat(999);
  const server = await start(
    `for (let i = 0; i < 3000; i++) for (const say of [console.log, console.error]) say('${line}');
     ${STAYS} process.stderr.write('enough\\n', () => { ${READY} });`,
  );
  server.signal('SIGTERM');
  await server.ended;
  for (const [text, last] of [
    [server.printed, 'ready\n'],
    [server.log, 'enough\n'],
  ] as const) {
    const leftOut = 3000 * 1000 + last.length - KEPT_CHARACTERS;
    expect(text.startsWith(`[${leftOut} characters are left out]\n`)).toBe(true);
    expect(text.endsWith(`${line}\n${last}`)).toBe(true);
  }
});

test('all that run are killed when this process exits', async () => {
  const before = process.listeners('exit');
  const servers = [await start(STAYS + READY), await start(STAYS + READY)];
  const [onExit, ...more] = process.listeners('exit').filter((each) => !before.includes(each));
  expect(more).toEqual([]);
  onExit?.(0);
  expect(await Promise.all(servers.map(({ ended }) => ended))).toEqual(['SIGKILL', 'SIGKILL']);
  expect(process.listeners('exit')).toEqual(before);
});
