/** What a server tells its log. */
import { ErrorCode, Option } from '@nbd/codec';
import { DriverError, exportLookup } from '@nbd/driver';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { clientFlags, content, disconnect, option, read, write } from './client-bytes.ts';
import { HeldDisk } from './held-disk.ts';
import { allGone, type LogLine, READS, recordingLog, serving, TCP } from './serving.ts';
import { dial, enter, firstAddress, haggle } from './socket-client.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** How the log tells of the end of a client that says this and leaves. */
async function leaving(
  reads: 'shared' | 'own',
  says: readonly Uint8Array[],
): Promise<LogLine | undefined> {
  const { log, lines } = recordingLog();
  const server = await serving({ reads, log });
  const client = await dial(firstAddress(server));
  client.says(...says);
  client.leaves();
  await allGone(server, 1);
  return lines.find(({ message }) => message === 'client left');
}

describe.each(READS)('the log, reads: %s', (reads) => {
  test('C-004 S-30 tells an orderly visit at debug, but for its entry, with the connection and the peer', async () => {
    const { log, lines } = recordingLog();
    const server = await serving({ listen: TCP, reads, log });
    const client = await enter(server, 'disk');
    const about = { connection: 1, peer: `127.0.0.1:${client.socket.localPort}` };
    client.says(disconnect());
    await allGone(server, 1);
    expect(lines).toEqual<readonly LogLine[]>([
      { level: 'debug', fields: about, message: 'client connected' },
      {
        level: 'info',
        fields: { ...about, export: 'disk', size: 2 ** 20 },
        message: 'client entered an export',
      },
      { level: 'debug', fields: { ...about, reason: 'disconnected' }, message: 'client left' },
    ]);
  });

  test.each<[reason: string, says: readonly Uint8Array[]]>([
    ['aborted', [clientFlags(), option(Option.ABORT)]],
    ['closed', [clientFlags()]],
  ])('C-004 tells of a client that has %s at debug', async (reason, says) => {
    expect(await leaving(reads, says)).toMatchObject({ level: 'debug', fields: { reason } });
  });

  test.each<[reason: string, says: readonly Uint8Array[]]>([
    ['closed-early', [clientFlags().subarray(0, 3)]],
    ['unknown-client-flags', [clientFlags(4)]],
    ['bad-magic', [clientFlags(), content(16)]],
    ['refused', [clientFlags(), option(Option.EXPORT_NAME, content(3))]],
  ])('S-47 tells of a client that ends as %s at info', async (reason, says) => {
    expect(await leaving(reads, says)).toMatchObject({ level: 'info', fields: { reason } });
  });

  test('tells a failure of a disk at warn, and a bug of its driver at error with its stack', async () => {
    const { log, lines } = recordingLog();
    const disk = new HeldDisk();
    const server = await serving({ listen: TCP, reads, log, exports: { disk } });
    const client = await enter(server);
    const about = { connection: 1, peer: `127.0.0.1:${client.socket.localPort}` };

    client.says(write(512, content(100), 1));
    await disk.holds(1);
    const full = new DriverError('ENOSPC', 'the disk is full');
    disk.fail(full);
    expect(await client.hearsReply()).toMatchObject({ error: ErrorCode.ENOSPC });

    client.says(read(1024, 10, 2));
    await disk.holds(1);
    const bug = new TypeError('undefined is not a sector');
    disk.fail(bug);
    expect(await client.hearsReply()).toMatchObject({ error: ErrorCode.EIO });

    expect(lines.slice(2)).toEqual<readonly LogLine[]>([
      {
        level: 'warn',
        fields: {
          ...about,
          err: full,
          export: 'disk',
          command: 'WRITE',
          offset: 512,
          length: 100,
          code: ErrorCode.ENOSPC,
        },
        message: 'a request failed',
      },
      {
        level: 'error',
        fields: {
          ...about,
          err: bug,
          export: 'disk',
          command: 'READ',
          offset: 1024,
          length: 10,
          code: ErrorCode.EIO,
        },
        message: 'a driver failed in an unknown way',
      },
    ]);
    expect(bug.stack).toContain('log.test.ts');
  });

  test('tells of a disk that cannot be opened at warn, with the fault, which the client is not told', async () => {
    const { log, lines } = recordingLog();
    const fault = new Error('/secret/path is not there');
    const source = exportLookup({ open: () => Promise.reject(fault) });
    const server = await serving({ reads, log, source });
    const client = await haggle(server);
    await expect(enter(server, 'disk')).rejects.toThrow('expected INFO or ACK');
    client.leaves();
    expect(lines.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        fields: { connection: 2, peer: expect.any(String), err: fault, export: 'disk' },
        message: 'an export cannot be opened',
      },
    ]);
  });

  test('tells of clients that are turned away, and of those that are too slow', async () => {
    const { log, lines } = recordingLog();
    const server = await serving({
      listen: TCP,
      reads,
      log,
      maxConnections: 1,
      handshakeTimeout: 50,
    });
    const slow = await dial(firstAddress(server));
    const excess = await dial(firstAddress(server));
    const peer = `127.0.0.1:${excess.socket.localPort}`;
    await excess.closed;
    await slow.closed;
    await allGone(server, 1);
    expect(lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      'debug: client connected',
      'info: client turned away: there are too many connections',
      'info: client took too long for its handshake',
      'debug: client left',
    ]);
    expect(lines[1]?.fields).toEqual({ peer, maxConnections: 1, perAddress: 0 });
  });

  test('is called as methods of the logger, with the fields first', async () => {
    const calls: unknown[][] = [];
    class Logger {
      readonly #name = 'logger';
      debug(...args: unknown[]): void {
        calls.push([this.#name, ...args]);
      }
      info(...args: unknown[]): void {
        this.debug(...args);
      }
      warn(...args: unknown[]): void {
        this.debug(...args);
      }
      error(...args: unknown[]): void {
        this.debug(...args);
      }
    }
    const server = await serving({ listen: TCP, reads, log: new Logger() });
    const client = await enter(server);
    client.says(disconnect());
    await allGone(server, 1);
    expect(calls).toHaveLength(3);
    for (const call of calls) {
      expect(call).toEqual(['logger', expect.any(Object), expect.any(String)]);
    }
  });
});

test('a server is silent unless it is given a log', async () => {
  const outputs = [
    vi.spyOn(process.stdout, 'write'),
    vi.spyOn(process.stderr, 'write'),
    ...(['log', 'info', 'warn', 'error', 'debug'] as const).map((name) => vi.spyOn(console, name)),
  ];
  const disk = new HeldDisk();
  const server = await serving({ exports: { disk } });
  const client = await enter(server);
  client.says(read(0, 1));
  await disk.holds(1);
  disk.fail(new TypeError('a bug'));
  await client.hearsReply();
  client.says(content(28));
  await client.closed;
  await server.close();
  for (const output of outputs) expect(output).not.toHaveBeenCalled();
});
