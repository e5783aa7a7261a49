import fc from 'fast-check';
import { checkWhole } from './check-whole.ts';
import type { DriverConformanceOptions } from './conformance-options.ts';
import { sizesOf } from './conformance-options.ts';
import { diskCommands } from './disk-commands.ts';
import { DiskModel } from './disk-model.ts';
import type { PropertyRuns } from './property-runs.ts';
import { propertyRuns } from './property-runs.ts';
import { traitsOf } from './traits.ts';
import { withDisk } from './with-disk.ts';

/** Whatever is asked of a disk, one call after the other, it answers as an array of bytes would. */
export async function checkSequences(
  options: DriverConformanceOptions,
  runs: PropertyRuns = propertyRuns(options),
): Promise<void> {
  const sizes = sizesOf(options);
  const traits = await withDisk(options, Math.max(...sizes), async (driver) => traitsOf(driver));
  const commands = fc.commands(diskCommands(traits), { size: 'max', maxCommands: 40 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...sizes), commands, (size, sequence) =>
      withDisk(options, size, async (driver) => {
        const disk = new DiskModel(size, options);
        await fc.asyncModelRun(() => ({ model: disk, real: driver }), sequence);
        await checkWhole(disk, driver, traits);
      }),
    ),
    { ...runs },
  );
}
