/** What breaks a rule gets the error that the protocol names, and the connection goes on. */
import { describe, expect, it } from 'vitest';
import { CONNECT_UNCHECKED, mismatches, type Line } from '../src/libnbd.ts';
import { shareDisk, TRANSPORTS } from '../src/served-disk.ts';
import { needTools } from '../src/tools.ts';

needTools('python3-libnbd');

const SIZE = 2 ** 20;
const UNKNOWN_FLAG = '0x4000';

/** A request that succeeds, between those that fail. */
const ALIVE: Line = ['h.pread(2, 510)', '0000'];

function eachAlive(lines: readonly Line[]): readonly Line[] {
  return [
    ...CONNECT_UNCHECKED,
    ...lines.flatMap((line) => [line, ALIVE]),
    ['h.shutdown()', 'done'],
  ];
}

const served = shareDisk({
  exports: {
    disk: 'memory:1M',
    fixed: 'memory:1M | readonly',
    large: 'memory:64M',
    pattern: 'pattern:1M',
  },
});

describe.each(TRANSPORTS)('over %s', (transport) => {
  it('a read-only disk refuses every change with EPERM, whatever else is wrong (C-184, C-186)', async () => {
    expect(
      await mismatches(
        served().uri(transport, 'fixed'),
        eachAlive([
          ['h.is_read_only()', true],
          ['h.pwrite(b"x" * 512, 0)', 'EPERM'],
          ['h.pwrite(b"x" * 300000, 0, nbd.CMD_FLAG_FUA)', 'EPERM'],
          [`h.pwrite(b"x" * 512, ${SIZE})`, 'EPERM'],
          [`h.pwrite(b"x" * 512, 0, ${UNKNOWN_FLAG})`, 'EPERM'],
          ['h.zero(512, 0)', 'EPERM'],
          ['h.zero(512, 0, nbd.CMD_FLAG_NO_HOLE)', 'EPERM'],
          ['h.trim(512, 0)', 'EPERM'],
        ]),
      ),
    ).toEqual([]);
  });

  it('out of range is EINVAL for READ and TRIM, ENOSPC for WRITE and WRITE_ZEROES (C-181, C-182)', async () => {
    expect(
      await mismatches(
        served().uri(transport, 'disk'),
        eachAlive([
          [`h.pread(1, ${SIZE})`, 'EINVAL'],
          [`h.pread(512, ${SIZE - 511})`, 'EINVAL'],
          ['h.pread(1, 2**62)', 'EINVAL'],
          ['h.pread(1, 2**53)', 'EINVAL'],
          ['h.pread(1, -1)', 'EINVAL'],
          [`h.trim(2, ${SIZE - 1})`, 'EINVAL'],
          ['h.trim(0xffffffff, 0)', 'EINVAL'],
          [`h.pwrite(b"x", ${SIZE})`, 'ENOSPC'],
          [`h.pwrite(b"x" * 2097152, 0)`, 'ENOSPC'],
          ['h.pwrite(b"x", -1)', 'ENOSPC'],
          [`h.zero(2, ${SIZE - 1})`, 'ENOSPC'],
          ['h.zero(0xffffffff, 1)', 'ENOSPC'],
          [`h.pread(1, ${SIZE - 1})`, '00'],
        ]),
      ),
    ).toEqual([]);
  });

  it('flags that are unknown, or not for the command, are EINVAL (C-178)', async () => {
    expect(
      await mismatches(
        served().uri(transport, 'disk'),
        eachAlive([
          [`h.pread(512, 0, flags=${UNKNOWN_FLAG})`, 'EINVAL'],
          [`h.pwrite(b"x" * 512, 0, ${UNKNOWN_FLAG})`, 'EINVAL'],
          [`h.flush(${UNKNOWN_FLAG})`, 'EINVAL'],
          [`h.trim(512, 0, ${UNKNOWN_FLAG})`, 'EINVAL'],
          [`h.zero(512, 0, ${UNKNOWN_FLAG})`, 'EINVAL'],
          ['h.pwrite(b"x" * 512, 0, nbd.CMD_FLAG_NO_HOLE)', 'EINVAL'],
          ['h.trim(512, 0, nbd.CMD_FLAG_FAST_ZERO)', 'EINVAL'],
          ['h.zero(512, 0, nbd.CMD_FLAG_REQ_ONE)', 'EINVAL'],
          ['h.pread(512, 0, flags=nbd.CMD_FLAG_FUA)', '00'.repeat(512)],
        ]),
      ),
    ).toEqual([]);
  });

  it('commands that the disk does not offer are EINVAL (C-180)', async () => {
    expect(
      await mismatches(
        served().uri(transport, 'disk'),
        eachAlive([['(h.cache(512, 0) if not h.can_cache() else "offered")', 'EINVAL']]),
      ),
    ).toEqual([]);
    expect(
      await mismatches(served().uri(transport, 'pattern'), [
        ...CONNECT_UNCHECKED,
        ['h.can_flush()', false],
        ['h.flush()', 'EINVAL'],
        ['h.pread(8, 0x1230)', '0000000000001230'],
      ]),
    ).toEqual([]);
  });

  it('no change is made by a request that fails', async () => {
    expect(
      await mismatches(served().uri(transport, 'disk'), [
        ...CONNECT_UNCHECKED,
        [`h.pwrite(b"x" * 512, ${SIZE - 511})`, 'ENOSPC'],
        [`h.pwrite(b"x" * 512, ${SIZE - 512}, ${UNKNOWN_FLAG})`, 'EINVAL'],
        [`h.pread(512, ${SIZE - 512})`, '00'.repeat(512)],
      ]),
    ).toEqual([]);
  });

  it('a payload above the largest is refused, and the largest is carried out (C-212, C-221)', async () => {
    expect(
      await mismatches(
        served().uri(transport, 'large'),
        eachAlive([
          ['h.get_block_size(nbd.SIZE_MAXIMUM)', 32 * 2 ** 20],
          ['h.pwrite(b"y" * 33554432, 33554432)', 'done'],
          ['h.pread(33554432, 33554432) == b"y" * 33554432', true],
          ['h.pwrite(b"z" * 33554433, 0)', 'EINVAL'],
          ['h.pread(33554433, 0)', 'EOVERFLOW'],
        ]),
      ),
    ).toEqual([]);
  });
});
