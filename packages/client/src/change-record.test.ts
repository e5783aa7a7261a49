import { describe, expect, it } from 'vitest';
import { ChangeRecord } from './change-record.ts';

describe('changes that may be sent again', () => {
  it('are overtaken by overlapping ones that were begun later and are answered', () => {
    const record = new ChangeRecord();
    const first = record.begin({ offset: 0, length: 10 });
    const apart = record.begin({ offset: 10, length: 10 });
    const later = record.begin({ offset: 5, length: 5 });
    record.settle(later, 'done');
    expect(first.overtaken).toBe(true);
    expect(apart.overtaken).toBe(false);
  });

  it('are not overtaken by earlier ones, nor by failed ones', () => {
    const record = new ChangeRecord();
    const earlier = record.begin({ offset: 0, length: 10 });
    const change = record.begin({ offset: 0, length: 10 });
    const failing = record.begin({ offset: 0, length: 10 });
    record.settle(earlier, 'done');
    record.settle(failing, 'failed');
    expect(change.overtaken).toBe(false);
  });
});

describe('what a lost connection makes doubtful', () => {
  it('is what was answered and not flushed, and is told once', () => {
    const record = new ChangeRecord();
    record.settle(record.begin({ offset: 0, length: 1 }), 'done');
    record.connectionLost();
    expect(record.takeDoubt(record.told)).toBe(true);
    expect(record.takeDoubt(record.told)).toBe(false);
    record.connectionLost();
    expect(record.takeDoubt(record.told)).toBe(false);
  });

  it('is told to all that were waiting to hear of it', () => {
    const record = new ChangeRecord();
    record.settle(record.begin({ offset: 0, length: 1 }), 'done');
    const toldBefore = record.told;
    record.connectionLost();
    expect([record.takeDoubt(toldBefore), record.takeDoubt(toldBefore)]).toEqual([true, true]);
    expect(record.takeDoubt(record.told)).toBe(false);
  });

  it('is not what was flushed, nor durable, nor failed', () => {
    const record = new ChangeRecord();
    record.settle(record.begin({ offset: 0, length: 1 }), 'done');
    record.flushed(record.mark);
    record.settle(record.begin({ offset: 0, length: 1 }), 'durable');
    record.settle(record.begin({ offset: 0, length: 1 }), 'failed');
    record.connectionLost();
    expect(record.takeDoubt(record.told)).toBe(false);
  });

  it('is what a flush did not cover, since it was answered after it was sent', () => {
    const record = new ChangeRecord();
    const { mark } = record;
    record.settle(record.begin({ offset: 0, length: 1 }), 'done');
    record.flushed(mark);
    record.connectionLost();
    expect(record.takeDoubt(record.told)).toBe(true);
  });
});
