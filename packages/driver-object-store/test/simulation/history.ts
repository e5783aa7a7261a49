/** What happens in a simulation, as fast-check draws it: a list of steps, which it makes shorter when one fails. */
import fc from 'fast-check';
import type { Host } from './host.ts';
import { SECTORS } from './openings.ts';
import { type Plant, Simulation } from './simulation.ts';
import { settle } from './world.ts';

const HOSTS = 3;

type Step =
  | { readonly kind: 'open'; readonly host: number; readonly takeOver: boolean }
  | {
      readonly kind: 'write' | 'zero';
      readonly host: number;
      readonly sector: number;
      readonly count: number;
      readonly fua: boolean;
    }
  | { readonly kind: 'flush' | 'close' | 'crash' | 'pause' | 'resume'; readonly host: number }
  | { readonly kind: 'read'; readonly host: number; readonly sector: number }
  | { readonly kind: 'deliver'; readonly choices: readonly number[] }
  | { readonly kind: 'lose' | 'delay'; readonly choice: number }
  | { readonly kind: 'tick'; readonly millis: number }
  | { readonly kind: 'snapshot' | 'depose' }
  | { readonly kind: 'forget' | 'clone' | 'drop' | 'look'; readonly choice: number };

const host = fc.nat(HOSTS - 1);
const sector = fc.nat(SECTORS - 1);
const choice = fc.nat(30);

function one<Kind extends string, Fields extends object>(
  kind: Kind,
  fields: { readonly [Name in keyof Fields]: fc.Arbitrary<Fields[Name]> },
): fc.Arbitrary<{ readonly kind: Kind } & Fields> {
  return fc.record({ kind: fc.constant(kind), ...fields }) as never;
}

const change = { host, sector, count: fc.integer({ min: 1, max: 4 }), fua: fc.boolean() };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: one('open', { host, takeOver: fc.boolean() }) },
  { weight: 14, arbitrary: one('write', change) },
  { weight: 4, arbitrary: one('zero', change) },
  { weight: 8, arbitrary: one('flush', { host }) },
  { weight: 6, arbitrary: one('read', { host, sector }) },
  { weight: 2, arbitrary: one('close', { host }) },
  { weight: 2, arbitrary: one('crash', { host }) },
  { weight: 2, arbitrary: one('pause', { host }) },
  { weight: 3, arbitrary: one('resume', { host }) },
  {
    weight: 30,
    arbitrary: one('deliver', { choices: fc.array(choice, { minLength: 1, maxLength: 12 }) }),
  },
  { weight: 1, arbitrary: one('depose', {}) },
  { weight: 1, arbitrary: one('snapshot', {}) },
  { weight: 1, arbitrary: one('forget', { choice }) },
  { weight: 1, arbitrary: one('clone', { choice }) },
  { weight: 1, arbitrary: one('drop', { choice }) },
  { weight: 1, arbitrary: one('look', { choice }) },
  { weight: 2, arbitrary: one('lose', { choice }) },
  { weight: 3, arbitrary: one('delay', { choice }) },
  {
    weight: 4,
    arbitrary: one('tick', { millis: fc.constantFrom(100, 1000, 3000, 5000, 9000, 10_000) }),
  },
);

const confusion: fc.Arbitrary<readonly Step[]> = fc.array(step, {
  minLength: 10,
  maxLength: 120,
  size: 'max',
});

const ALL_ARRIVES: Step = { kind: 'deliver', choices: Array.from({ length: 16 }, () => 0) };

/** One host has the volume from its opening to its end, and little comes in between. */
const reign: fc.Arbitrary<readonly Step[]> = fc
  .record({
    host,
    changes: fc.array(step, { maxLength: 4 }),
    ending: fc.constantFrom<'close' | 'crash'>('close', 'close', 'crash'),
    sector,
  })
  .map(({ host: owner, changes, ending, sector: at }): readonly Step[] => {
    const beginning: readonly Step[] = [
      { kind: 'open', host: owner, takeOver: true },
      ALL_ARRIVES,
      { kind: 'write', host: owner, sector: at, count: 2, fua: false },
    ];
    const last: readonly Step[] = [
      { kind: 'flush', host: owner },
      ALL_ARRIVES,
      { kind: ending, host: owner },
      ALL_ARRIVES,
    ];
    return beginning.concat(changes, last);
  });

const order = fc
  .array(reign, { minLength: 2, maxLength: 8 })
  .map((reigns) => reigns.flat() as readonly Step[]);

/** An owner dies, and the next one opens the volume and leaves it, while the message that has waited longest still does. */
const succession: fc.Arbitrary<readonly Step[]> = fc
  .record({
    heir: fc.nat(1),
    opening: fc.integer({ min: 3, max: 12 }),
    closing: fc.integer({ min: 2, max: 8 }),
  })
  .map(({ heir, opening, closing }): readonly Step[] => [
    { kind: 'crash', host: 1 - heir },
    { kind: 'open', host: heir, takeOver: true },
    { kind: 'deliver', choices: Array.from({ length: opening }, () => 1) },
    { kind: 'close', host: heir },
    { kind: 'deliver', choices: Array.from({ length: closing }, () => 1) },
  ]);

const keepingStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: one('snapshot', {}) },
  { weight: 4, arbitrary: one('forget', { choice: fc.nat(1) }) },
  { weight: 4, arbitrary: one('clone', { choice: fc.nat(1) }) },
  { weight: 3, arbitrary: one('drop', { choice: fc.nat(2) }) },
  { weight: 4, arbitrary: one('look', { choice: fc.nat(1) }) },
  { weight: 2, arbitrary: one('write', { ...change, host: fc.nat(1) }) },
  {
    weight: 16,
    arbitrary: one('deliver', { choices: fc.array(choice, { minLength: 1, maxLength: 6 }) }),
  },
  { weight: 1, arbitrary: one('lose', { choice }) },
  { weight: 1, arbitrary: one('delay', { choice }) },
);

/** A host has the volume and has written it, and there is a snapshot. */
const BEGINNING: readonly Step[] = [
  { kind: 'open', host: 0, takeOver: true },
  ALL_ARRIVES,
  { kind: 'write', host: 0, sector: 0, count: 4, fua: true },
  ALL_ARRIVES,
  { kind: 'snapshot' },
  ALL_ARRIVES,
];

/** Several at a time make, delete, open and clone snapshots, most often the same one, while hosts write. */
const keeping: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: keepingStep.map((each): readonly Step[] => [each]) },
      { weight: 1, arbitrary: succession },
    ),
    { minLength: 10, maxLength: 80, size: 'max' },
  )
  .map((groups): readonly Step[] => BEGINNING.concat(groups.flat()));

/** A host that opens the volume after a crash stands still before its list, while another takes the volume over and writes. */
const overtaken: fc.Arbitrary<readonly Step[]> = fc
  .record({
    opening: fc.integer({ min: 3, max: 8 }),
    takeover: fc.integer({ min: 5, max: 9 }),
    written: one('write', { ...change, host: fc.constant(2), fua: fc.constant(false) }),
    sector,
  })
  .map(({ opening, takeover, written, sector: at }): readonly Step[] => [
    { kind: 'open', host: 0, takeOver: true },
    ALL_ARRIVES,
    { kind: 'write', host: 0, sector: 0, count: SECTORS, fua: true },
    ALL_ARRIVES,
    { kind: 'crash', host: 0 },
    { kind: 'open', host: 1, takeOver: true },
    { kind: 'deliver', choices: Array.from({ length: opening }, () => 0) },
    { kind: 'open', host: 2, takeOver: true },
    { kind: 'deliver', choices: Array.from({ length: takeover }, () => 1) },
    written,
    { kind: 'close', host: 2 },
    { kind: 'deliver', choices: Array.from({ length: 40 }, () => 1) },
    { kind: 'read', host: 1, sector: at },
    ALL_ARRIVES,
  ]);

export const history: fc.Arbitrary<readonly Step[]> = fc.oneof(
  { weight: 3, arbitrary: confusion },
  { weight: 1, arbitrary: order },
  { weight: 1, arbitrary: overtaken },
  { weight: 1, arbitrary: keeping },
);

/** Runs a history and what must hold after it; rejects with what went wrong. */
export async function run(steps: readonly Step[], plant: Plant = {}): Promise<void> {
  const simulation = new Simulation(plant);
  await simulation.begin();
  const hosts: (Host | undefined)[] = [];
  for (const [i, each] of steps.entries()) {
    await act(simulation, hosts, each, i + 1);
    await settle();
    simulation.check();
  }
  await end(simulation, hosts);
}

async function act(
  simulation: Simulation,
  hosts: (Host | undefined)[],
  each: Step,
  value: number,
): Promise<void> {
  const { world } = simulation;
  switch (each.kind) {
    case 'deliver':
      for (const drawn of each.choices) {
        world.deliver(drawn);
        await settle();
      }
      return;
    case 'lose':
      return world.lose(each.choice);
    case 'delay':
      return world.delay(each.choice);
    case 'tick':
      return world.tick(each.millis);
    case 'depose':
      return simulation.depose();
    case 'snapshot':
      return simulation.snapshot();
    case 'forget':
      return simulation.forget(each.choice);
    case 'clone':
      return simulation.clone(each.choice);
    case 'drop':
      return simulation.drop(each.choice);
    case 'look':
      return simulation.look(each.choice);
    case 'open':
      if (hosts[each.host]?.process.isGone !== false) {
        hosts[each.host] = simulation.open(each.takeOver);
      }
      return;
    case 'write':
    case 'zero':
    case 'flush':
    case 'read':
    case 'close':
    case 'crash':
    case 'pause':
    case 'resume': {
      const found = hosts[each.host];
      if (found !== undefined && !found.process.isGone) actOn(simulation, found, each, value);
    }
  }
}

function actOn(
  simulation: Simulation,
  found: Host,
  each: Exclude<Extract<Step, { readonly host: number }>, { readonly kind: 'open' }>,
  value: number,
): void {
  const { process } = found;
  const { requests } = simulation;
  if (each.kind === 'crash') process.isGone = true;
  else if (each.kind === 'pause') process.isPaused = true;
  else if (each.kind === 'resume') process.isPaused = false;
  if (process.isPaused) return;
  if (each.kind === 'flush') requests.flush(found);
  if (each.kind === 'close') requests.close(found);
  if (each.kind === 'read') requests.read(found, [each.sector]);
  if (each.kind === 'write' || each.kind === 'zero') {
    const sectors = Array.from({ length: each.count }, (_, i) => each.sector + i);
    const inside = sectors.filter((at) => at < SECTORS);
    requests.write(found, inside, each.kind === 'zero' ? 0 : value, each.fua);
  }
}

/** Everybody wakes up and is heard; then all die, and a last host finds what it must. */
async function end(simulation: Simulation, hosts: readonly (Host | undefined)[]): Promise<void> {
  const alive = hosts.filter((each) => each !== undefined && !each.process.isGone) as Host[];
  for (const each of alive) each.process.isPaused = false;
  simulation.world.fireTimers();
  await simulation.drain(alive);
  simulation.check();
  for (const each of alive) each.process.isGone = true;
  await simulation.checkKept();
  const last = simulation.open(true);
  await simulation.drain([last]);
  for (let at = 0; at < SECTORS; at++) simulation.requests.read(last, [at]);
  await simulation.drain([last]);
  simulation.requests.close(last);
  await simulation.drain([last]);
  simulation.check();
  await simulation.checkKept();
  if (last.isWaiting() || last.reign === undefined) throw new Error('the last host found nothing');
}
