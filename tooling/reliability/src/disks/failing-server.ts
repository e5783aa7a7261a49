/**
 * The program behind a disk that fails on command: memory behind a plan of faults. Its arguments are the socket to listen on
 * and the size in bytes. It has two exports, `failing`, and `medium`, which is the same without the faults: what is really there. Its
 * parent sends it faults to add, or 'heal' to remove them all, and is answered each time.
 */
import { memoryDriver } from '@nbd/driver-memory';
import { type Fault, FaultPlan, faulty } from '@nbd/filters';
import { serve } from '@nbd/server';

const [socket = '', size = '0'] = process.argv.slice(2);

const medium = memoryDriver({ size: Number(size) });
const plan = new FaultPlan();
await serve({
  listen: `nbd+unix:///?socket=${socket}`,
  exports: { failing: faulty(medium, plan), medium },
});

process.on('message', (fault: Fault | 'heal') => {
  if (fault === 'heal') plan.clear();
  else plan.add(fault);
  process.send?.('done');
});
// When the parent is gone there is nobody to end this program.
process.on('disconnect', () => process.exit());
process.send?.('ready');
