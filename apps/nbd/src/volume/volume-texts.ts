/** What people are told of volumes. */
import type { CheckReport, VolumeInfo, VolumeUsage } from '@nbd/driver-object-store';
import { spellBytes, spellSize } from '../byte-count.ts';
import { alignColumns } from '../text-table.ts';
import { visible } from '../visible-text.ts';

/** A volume of a list: what it is, or what is wrong with it. */
export type ListedVolume =
  | VolumeInfo
  | {
      readonly volume: string;
      readonly error: { readonly code: string; readonly message: string };
    };

type Owner = VolumeInfo['owner'];

export function infoText(store: string, info: VolumeInfo, usage?: VolumeUsage): string {
  const { volume, size, chunkBytes, owner, snapshots, base, isLeaving } = info;
  const lines = [
    { name: 'volume', text: visible(`${store}/${volume}`) },
    { name: 'size', text: spellSize(size) },
    { name: 'chunks', text: spellBytes(chunkBytes) },
    { name: 'owner', text: spellOwner(owner) },
    ...(isLeaving ? [{ name: 'state', text: LEAVING }] : []),
    ...(base === undefined ? [] : [{ name: 'clone of', text: visible(base) }]),
    ...(usage === undefined
      ? []
      : [{ name: 'takes', text: `${spellBytes(usage.bytes)} in ${usage.objects} objects` }]),
    ...snapshots.map(({ name, size: bytes, created }) => ({
      name: 'snapshot',
      text: `${visible(name)}, ${spellBytes(bytes)}, ${spellDate(created)}`,
    })),
  ];
  return alignColumns(lines);
}

export function listText(volumes: readonly ListedVolume[]): string {
  return alignColumns(volumes.map(listRow), ['size']);
}

export function ownerText(owner: Owner): string {
  return owner === undefined ? 'nobody had it\n' : `taken from ${spellOwner(owner)}\n`;
}

export function checkText({ checked, bytes, damaged, orphans }: CheckReport): string {
  const faults = damaged.map(({ key, reason }) => visible(`${key}: ${reason}`));
  const unused = orphans.length === 0 ? '' : `, and ${orphans.length} that nothing needs`;
  const sound = faults.length === 0 ? ', all as they were written' : '';
  const sum = `${checked} objects, ${spellBytes(bytes)}${sound}${unused}`;
  return [...faults, sum].map((line) => `${line}\n`).join('');
}

function listRow(listed: ListedVolume): Readonly<Record<string, string>> {
  const name = visible(listed.volume);
  if ('error' in listed) return { name, size: '?', more: visible(listed.error.message) };
  const { size, owner, snapshots, base, isLeaving } = listed;
  const more = [
    ...(isLeaving ? [LEAVING] : []),
    ...(base === undefined ? [] : [`clone of ${base}`]),
    ...(snapshots.length === 0 ? [] : [`snapshots: ${snapshots.length}`]),
    ...(owner === undefined ? [] : [`owner: ${owner.address}`]),
  ];
  return { name, size: spellBytes(size), more: visible(more.join('; ')) };
}

/** It may be at it, or have been cut short. */
const LEAVING = 'being deleted; delete goes on where it was cut short';

function spellOwner(owner: Owner): string {
  return owner === undefined
    ? 'none'
    : visible(`${owner.address}, since ${spellDate(owner.since)}`);
}

function spellDate(millis: number): string {
  return new Date(millis).toISOString();
}
