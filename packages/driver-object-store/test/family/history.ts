/** What happens in a family, as fast-check draws it: a list of steps, which it makes shorter when one fails. */
import fc from 'fast-check';
import { CHUNK_BYTES } from '../simulation/openings.ts';
import { settle } from '../simulation/world.ts';
import { Family, MEMBERS_MAX, type Plant } from './family.ts';
import { SECTORS, type Settings } from './openings.ts';

/** Which one of those that there are. */
interface Choice {
  readonly choice: number;
}

interface Range {
  readonly first: number;
  readonly count: number;
}

type MemberStep = Choice &
  (
    | ({ readonly kind: 'write' | 'zero'; readonly fua: boolean } & Range)
    | ({ readonly kind: 'read' } & Range)
    | { readonly kind: 'resize'; readonly size: number }
    | { readonly kind: 'flush' | 'close' | 'crash' | 'snapshot' }
  );

type Step =
  | MemberStep
  | ({ readonly kind: 'open'; readonly settings: Settings } & Choice)
  | ({ readonly kind: 'drop' | 'clone' | 'forget' | 'look' | 'delay' } & Choice)
  | { readonly kind: 'deliver' | 'lose'; readonly choices: readonly number[] }
  | { readonly kind: 'tick'; readonly millis: number };

/** Checks of all that there is come after as many steps. */
const STEPS_UNCHECKED = 16;

const choice = fc.nat(30);

/** Most often among the first three chunks, so that changes meet; and at the edges of chunks. */
const first = fc.oneof(
  { weight: 5, arbitrary: fc.nat(95) },
  { weight: 1, arbitrary: fc.nat(SECTORS - 1) },
  { weight: 2, arbitrary: fc.constantFrom(0, 31, 32, 63, 64, 320, SECTORS - 1) },
);

/** What is packed, what may be, whole chunks, and most of the volume. */
const count = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 2, arbitrary: fc.integer({ min: 7, max: 40 }) },
  { weight: 1, arbitrary: fc.constant(32) },
  { weight: 1, arbitrary: fc.integer({ min: 100, max: 330 }) },
);

/** In sectors: within a chunk, at its edge, and all. */
const size = fc.constantFrom(10, 32, 45, 64, 70, 100, 200, SECTORS);

const settings: fc.Arbitrary<Settings> = fc.record({
  packedBytesMax: fc.constantFrom(0, 1024, CHUNK_BYTES, 3 * CHUNK_BYTES, 2 ** 20),
  packsMax: fc.constantFrom(1, 1, 2, 4),
  carriedBytesMax: fc.constantFrom(0, 0, 300, 1500, 2 ** 16),
  mapChunksMin: fc.constantFrom(0, Number.POSITIVE_INFINITY),
  cacheBytes: fc.constantFrom(0, 0, 2 * CHUNK_BYTES),
  uploadsMax: fc.constantFrom(1, 2, 24),
});

function one<Kind extends string, Fields extends object>(
  kind: Kind,
  fields: { readonly [Name in keyof Fields]: fc.Arbitrary<Fields[Name]> },
): fc.Arbitrary<{ readonly kind: Kind } & Fields> {
  return fc.record({ kind: fc.constant(kind), ...fields }) as never;
}

const change = { choice, first, count, fua: fc.boolean() };
const arrivals = fc.array(choice, { minLength: 1, maxLength: 10 });
const losses = fc.array(choice, { minLength: 1, maxLength: 5 });
const millis = fc.constantFrom(100, 1000, 5000, 6000, 10_000);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: one('open', { choice, settings }) },
  { weight: 16, arbitrary: one('write', change) },
  { weight: 5, arbitrary: one('zero', change) },
  { weight: 8, arbitrary: one('flush', { choice }) },
  { weight: 5, arbitrary: one('read', { choice, first, count }) },
  { weight: 2, arbitrary: one('resize', { choice, size }) },
  { weight: 2, arbitrary: one('close', { choice }) },
  { weight: 2, arbitrary: one('crash', { choice }) },
  { weight: 3, arbitrary: one('snapshot', { choice }) },
  { weight: 3, arbitrary: one('clone', { choice }) },
  { weight: 2, arbitrary: one('forget', { choice }) },
  { weight: 1, arbitrary: one('drop', { choice }) },
  { weight: 1, arbitrary: one('look', { choice }) },
  { weight: 30, arbitrary: one('deliver', { choices: arrivals }) },
  { weight: 3, arbitrary: one('lose', { choices: losses }) },
  { weight: 3, arbitrary: one('delay', { choice }) },
  { weight: 4, arbitrary: one('tick', { millis }) },
);

const confusion: fc.Arbitrary<readonly Step[]> = fc.array(step, {
  minLength: 20,
  maxLength: 140,
  size: 'max',
});

const ALL_ARRIVES: Step = { kind: 'deliver', choices: Array.from({ length: 24 }, () => 0) };

const small = one('write', {
  choice: fc.constant(0),
  first,
  count: fc.integer({ min: 1, max: 6 }),
  fua: fc.constant(false),
});

/** What one volume packs before the next one begins to stand on it. */
const inheritance = fc.record({
  settings: fc.record({ packedBytesMax: fc.constantFrom(CHUNK_BYTES, 2 ** 20) }),
  writes: fc.array(small, { minLength: 1, maxLength: 4 }),
  others: fc.array(step, { maxLength: 4 }),
});

/** Each volume stands on the one before, and most have packs; then comes whatever comes. */
const lineage: fc.Arbitrary<readonly Step[]> = fc
  .record({
    inheritances: fc.array(inheritance, { minLength: 2, maxLength: MEMBERS_MAX - 1 }),
    rest: fc.array(step, { maxLength: 60, size: 'max' }),
  })
  .map(({ inheritances, rest }): readonly Step[] => {
    const layers = inheritances.flatMap(({ settings: opening, writes, others }, at) => {
      const opened: readonly Step[] = [{ kind: 'open', choice: at, settings: opening }];
      const written = writes.map((each): Step => ({ ...each, choice: at }));
      const cloned: readonly Step[] = [
        { kind: 'flush', choice: at },
        ALL_ARRIVES,
        { kind: 'snapshot', choice: at },
        { kind: 'clone', choice: at },
      ];
      return opened.concat(written, others, cloned);
    });
    const last: Step = { kind: 'open', choice: inheritances.length, settings: {} };
    return layers.concat(last, rest);
  });

export const history: fc.Arbitrary<readonly Step[]> = fc.oneof(
  { weight: 2, arbitrary: confusion },
  { weight: 1, arbitrary: lineage },
);

/** Runs a history and what must hold after it; rejects with what went wrong. */
export async function run(steps: readonly Step[], plant?: Plant): Promise<void> {
  const family = new Family(plant);
  await family.begin();
  for (const [i, each] of steps.entries()) {
    await act(family, each, i + 1);
    await settle();
    if (i % STEPS_UNCHECKED === STEPS_UNCHECKED - 1) family.checkAll();
    else family.check();
  }
  await family.end();
}

async function act(family: Family, each: Step, value: number): Promise<void> {
  const { world } = family;
  switch (each.kind) {
    case 'deliver':
      for (const drawn of each.choices) {
        world.deliver(drawn);
        await settle();
      }
      return;
    case 'lose':
      for (const drawn of each.choices) {
        world.lose(drawn);
        await settle();
      }
      return;
    case 'delay':
      return world.delay(each.choice);
    case 'tick':
      return world.tick(each.millis);
    case 'open':
      return family.open(family.memberAt(each.choice), each.settings);
    case 'drop':
      return family.drop(family.memberAt(each.choice));
    case 'clone':
      return family.clone(each.choice);
    case 'forget':
      return family.forget(each.choice);
    case 'look':
      return family.look(each.choice);
    case 'write':
    case 'zero':
    case 'flush':
    case 'read':
    case 'resize':
    case 'close':
    case 'crash':
    case 'snapshot':
      return actOn(family, each, value);
  }
}

async function actOn(family: Family, each: MemberStep, value: number): Promise<void> {
  const member = family.openMemberAt(each.choice);
  switch (each.kind) {
    case 'write':
      return member.write(each.first, each.count, value, each.fua);
    case 'zero':
      return member.write(each.first, each.count, 0, each.fua);
    case 'read':
      return member.read(each.first, each.count);
    case 'resize':
      return member.resize(each.size);
    case 'flush':
      return member.flush();
    case 'close':
      return member.close();
    case 'crash':
      return member.crash();
    case 'snapshot':
      return family.snapshot(member);
  }
}
