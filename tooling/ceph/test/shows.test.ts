import { checkVolume } from '@nbd/driver-object-store';
import { memoryStore } from '@nbd/driver-object-store/testing';
import { describe, expect, it } from 'vitest';
import { needGateway } from '../src/need-gateway.ts';
import { showCrashes } from '../src/shows/crash-show.ts';
import { FULL_VOLUME, makeFullVolume } from '../src/shows/full-volume.ts';
import { isInOrder, reportText } from '../src/shows/show-report.ts';
import { showTakeovers } from '../src/shows/takeover-show.ts';

const SEED = 20_261_128;
/** Servers are started one after the other, on machines that may be busy. */
const SHOW_MILLIS = 120_000;
const FOUND_OUT = 'found out, as a control must be';
const NEVER = new AbortController().signal;

describe('shows of volumes, in short', { timeout: SHOW_MILLIS }, () => {
  const access = needGateway();

  it('a server that is killed loses nothing that it has answered', async () => {
    const crash = { access: access(), rounds: 2, seed: SEED, signal: NEVER };
    expect(reportText(await showCrashes({ ...crash, losesFlushes: false }))).toContain('in order');
    expect(reportText(await showCrashes({ ...crash, losesFlushes: true }))).toContain(FOUND_OUT);
  });

  it('one that is interrupted is not in order for what it has not done', async () => {
    const stopped = AbortSignal.abort();
    const crash = { access: access(), rounds: 2, seed: SEED, signal: stopped };
    const report = await showCrashes({ ...crash, losesFlushes: false });
    expect(reportText(report)).toContain('verdict  open: interrupted after 0 of 2');
    expect(isInOrder(report)).toBe(false);
  });

  it('a frozen server that was deposed loses nothing that it has answered, and answers no write again', async () => {
    const takeover = { access: access(), rounds: 2, seed: SEED, signal: NEVER };
    const report = await showTakeovers({ ...takeover, losesFlushes: false });
    expect(reportText(report)).toContain('in order');
  });
});

describe('the report of a show', () => {
  const report = { title: 'a show', figures: { kills: '3' }, faults: [], isControl: false };

  it('is a table with a verdict', () => {
    expect(reportText(report)).toBe('a show\n  kills    3\n  verdict  in order\n');
    const broken = { ...report, faults: ['block 1 is torn'] };
    expect(reportText(broken)).toContain('  fault    block 1 is torn\n  verdict  PROMISE BROKEN');
  });

  it('is in order if a sound volume has no fault, and a control has one', () => {
    expect(isInOrder(report)).toBe(true);
    expect(isInOrder({ ...report, faults: ['x'] })).toBe(false);
    expect(isInOrder({ ...report, isControl: true })).toBe(false);
    expect(isInOrder({ ...report, isControl: true, faults: ['x'] })).toBe(true);
  });

  it('says nothing for sure when the show was interrupted', () => {
    const unfinished = { ...report, unfinished: 'interrupted at "a kill"' };
    expect(reportText(unfinished)).toContain('verdict  open: interrupted at "a kill"');
    expect(isInOrder(unfinished)).toBe(false);
  });
});

it('a volume that is made full is one, in which every chunk counts', async () => {
  const store = memoryStore();
  const { chunks } = await makeFullVolume(store, 2 ** 29);
  expect(chunks).toBe(2048);
  const { total, orphans } = await checkVolume(store, { volume: FULL_VOLUME });
  expect({ total, orphans }).toEqual({ total: chunks, orphans: [] });
});
