import { describe, expect, it } from 'vitest';
import type { ServerSpec } from './server-spec.ts';
import { PRESETS } from './presets.ts';
import { serverCommand, uriOf } from './server-command.ts';

const UNIX = { directory: '/d', transport: 'unix', port: 4000, sizeBytes: 65536 } as const;
const TCP = { ...UNIX, transport: 'tcp' } as const;

function own(name: string, command: string, processor?: string): ServerSpec {
  return { name, preset: name, command, processor };
}

function preset(name: string): ServerSpec {
  return { name, preset: name, command: undefined, processor: undefined };
}

describe('the command of a server', () => {
  it('has the places filled in, and other variables left to the shell', () => {
    const { line } = serverCommand(own('a', 'x $SOCK $PORT $FILE $SIZE $DIR $HOME'), UNIX);
    expect(line).toBe('exec x /d/a.sock 4000 /d/a.img 65536 /d $HOME');
  });

  it('keeps the parts of its transport', () => {
    const spec = own('a', 'x {unix:-U $SOCK}{tcp:-p $PORT} y');
    expect(serverCommand(spec, UNIX).line).toBe('exec x -U /d/a.sock y');
    expect(serverCommand(spec, TCP).line).toBe('exec x -p 4000 y');
  });

  it('is pinned by taskset, and gets its environment from env', () => {
    expect(serverCommand(own('a@1', 'A=b x', '1'), UNIX).line).toBe('exec taskset -c 1 env A=b x');
  });

  it.each([
    ['x $FILE', 'file'],
    ['x $SIZE 2>/dev/null', 'memory'],
    ['nbdkit null $SIZE', 'none'],
  ])('%s has its data from: %s', (command, data) => {
    expect(serverCommand(own('a', command), UNIX).data).toBe(data);
  });

  it('of nbd-server comes with a configuration that names the file', () => {
    const command = serverCommand(preset('nbd-server'), UNIX);
    expect(command).toMatchObject({
      line: 'exec nbd-server -C /d/nbd-server.conf -p /d/nbd-server.pid',
      data: 'file',
      exportName: 'default',
      pidFile: '/d/nbd-server.pid',
      config: { path: '/d/nbd-server.conf' },
    });
    expect(command.config?.text).toContain('unixsock = /d/nbd-server.sock\n');
    expect(command.config?.text).toContain('exportname = /d/nbd-server.img\n');
    expect(uriOf(command)).toBe('nbd+unix:///default?socket=/d/nbd-server.sock');
  });

  it.each([...PRESETS.keys()])('of the preset %s has no place left open', (name) => {
    for (const place of [UNIX, TCP]) {
      const { line, config } = serverCommand(preset(name), place);
      expect(`${line}\n${config?.text ?? ''}`).not.toMatch(/\$|[{}]/);
    }
  });

  it('has a URI for other programs', () => {
    expect(uriOf(serverCommand(own('a', 'x'), TCP))).toBe('nbd://127.0.0.1:4000/');
  });

  it('that has certificates in it has a URI with TLS', () => {
    const [unix, tcp] = [UNIX, TCP].map((place) =>
      serverCommand(own('a', 'x --tls $CERTIFICATES'), place),
    );
    if (unix === undefined || tcp === undefined) throw new Error('expected two commands');
    expect(unix.line).toBe('exec x --tls /d/certificates');
    expect(uriOf(unix)).toBe(
      'nbds+unix://localhost/?socket=/d/a.sock&tls-certificates=/d/certificates',
    );
    expect(uriOf(tcp)).toBe('nbds://127.0.0.1:4000/?tls-certificates=/d/certificates');
  });
});
