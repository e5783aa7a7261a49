/** The program of `openInNewProcess`: opens the full volume of the gateway that its only word tells of, and closes it. */
import process from 'node:process';
import type { GatewayAccess } from '../gateway-access.ts';
import { fullStore } from './full-volume.ts';
import { openFullVolume } from './open-full-volume.ts';

const store = fullStore(JSON.parse(process.argv[2] ?? '') as GatewayAccess);
const { disk, seconds, lists } = await openFullVolume(store);
await disk.close?.();
await store.close();
process.stdout.write(JSON.stringify({ seconds, lists }));
