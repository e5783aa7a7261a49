/** Every command, as libnbd sends it. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sparseFile } from '../src/disk-files.ts';
import { mismatches, type Line } from '../src/libnbd.ts';
import { scratchFolder } from '../src/scratch-folder.ts';
import { serveDisk, TRANSPORTS } from '../src/served-disk.ts';
import { needTools } from '../src/tools.ts';

needTools('python3-libnbd');

const CONNECT: Line = ['h.connect_uri(uri)', 'done'];

/** Commands whose outcome does not depend on what kind of disk it is. */
const COMMANDS: readonly Line[] = [
  CONNECT,
  ['h.get_size()', 2 ** 20],
  ['h.is_read_only()', false],
  ['[h.can_flush(), h.can_fua(), h.can_zero()]', [true, true, true]],
  ['h.pread(4, 0)', '00000000'],
  ['h.pwrite(b"\\x01\\x02\\x03\\x04", 1)', 'done'],
  ['h.pread(6, 0)', '000102030400'],
  ['h.pwrite(b"\\x05", 3, nbd.CMD_FLAG_FUA)', 'done'],
  ['h.pread(6, 0)', '000102050400'],
  ['h.flush()', 'done'],
  ['h.zero(2, 2)', 'done'],
  ['h.pread(6, 0)', '000100000400'],
  ['h.pwrite(b"\\xff" * 65536, 65536)', 'done'],
  ['h.zero(32768, 65536, nbd.CMD_FLAG_NO_HOLE)', 'done'],
  ['h.zero(16384, 98304, nbd.CMD_FLAG_FUA)', 'done'],
  ['h.zero(512, 114688, nbd.CMD_FLAG_NO_HOLE | nbd.CMD_FLAG_FUA)', 'done'],
  ['h.pread(98304, 16384) == bytes(98304)', true],
  ['h.pread(3, 131069)', 'ffffff'],
];

/** Zeroes the tail of the disk, and sees to it that a refusal has left it as it was. */
const FAST_ZERO: Line = [
  `try:
    h.pwrite(b"\\x07" * 4096, 1044480)
    h.zero(1044480, 4096, nbd.CMD_FLAG_FAST_ZERO)
    assert h.pread(4096, 1044480) == bytes(4096)
except nbd.Error as error:
    assert error.errno == "EOPNOTSUPP", error.errno
    assert h.pread(4096, 1044480) == b"\\x07" * 4096`,
  'done',
];

const OFFERED: readonly Line[] = [
  ['(h.trim(4096, 4096) if h.can_trim() else None)', 'done'],
  ['(h.trim(1048576, 0, nbd.CMD_FLAG_FUA) if h.can_trim() else None)', 'done'],
  ['(h.cache(4096, 65536) if h.can_cache() else None)', 'done'],
];

const FAREWELL: Line = ['h.shutdown()', 'done'];

describe.each(TRANSPORTS)('over %s', (transport) => {
  it('a disk in memory carries out every command that it offers', async () => {
    const served = await serveDisk({ exports: { disk: 'memory:1M' } });
    expect(
      await mismatches(served.uri(transport, 'disk'), [
        ...COMMANDS,
        ['[h.can_trim(), h.can_fast_zero(), h.can_multi_conn()]', [true, true, true]],
        FAST_ZERO,
        ...OFFERED,
        ['h.pread(4, 1048572)', '00000000'],
        FAREWELL,
      ]),
    ).toEqual([]);
  });

  it('a disk in a file carries out every command that it offers', async () => {
    const file = join(await scratchFolder(), 'disk');
    await sparseFile(file, 2 ** 20);
    const served = await serveDisk({ exports: { disk: `file:${file}` } });
    expect(
      await mismatches(served.uri(transport, 'disk'), [
        ...COMMANDS,
        FAST_ZERO,
        ...OFFERED,
        FAREWELL,
      ]),
    ).toEqual([]);
  });

  it('requests of no length are carried out and change nothing (C-185)', async () => {
    const served = await serveDisk({ exports: { disk: 'memory:1M' } });
    expect(
      await mismatches(served.uri(transport), [
        ['h.set_strict_mode(0)', 'done'],
        CONNECT,
        ['h.pread(0, 0)', ''],
        ['h.pread(0, 1048576)', ''],
        ['h.pwrite(b"", 1048576)', 'done'],
        ['h.zero(0, 5)', 'done'],
        ['h.trim(0, 5)', 'done'],
        FAREWELL,
      ]),
    ).toEqual([]);
  });

  it('500 writes and reads in flight at once are each answered with their own data', async () => {
    const served = await serveDisk({ exports: { disk: 'memory:16M' } });
    expect(
      await mismatches(served.uri(transport), [
        CONNECT,
        [
          'blocks = [nbd.Buffer.from_bytearray(bytearray([i % 251] * 8192)) for i in range(500)]',
          'done',
        ],
        ['cookies = [h.aio_pwrite(block, i * 8192) for i, block in enumerate(blocks)]', 'done'],
        ['while h.aio_in_flight() > 0: h.poll(-1)', 'done'],
        ['all(h.aio_command_completed(cookie) for cookie in cookies)', true],
        ['targets = [nbd.Buffer(8192) for i in range(500)]', 'done'],
        ['cookies = [h.aio_pread(block, i * 8192) for i, block in enumerate(targets)]', 'done'],
        ['while h.aio_in_flight() > 0: h.poll(-1)', 'done'],
        ['all(h.aio_command_completed(cookie) for cookie in cookies)', true],
        [
          '[block.to_bytearray() for block in targets] == [bytes([i % 251]) * 8192 for i in range(500)]',
          true,
        ],
        FAREWELL,
      ]),
    ).toEqual([]);
  });
});

it('what one connection writes and flushes, another one reads', async () => {
  const file = join(await scratchFolder(), 'disk');
  await sparseFile(file, 2 ** 20);
  const served = await serveDisk({ exports: { disk: `file:${file}` } });
  expect(
    await mismatches(served.uri('unix'), [
      CONNECT,
      ['other = nbd.NBD()', 'done'],
      [`other.connect_uri("${served.uri('tcp')}")`, 'done'],
      ['h.pwrite(b"shared", 4090)', 'done'],
      ['h.flush()', 'done'],
      ['other.pread(6, 4090) == b"shared"', true],
      ['other.shutdown()', 'done'],
      FAREWELL,
    ]),
  ).toEqual([]);
});
