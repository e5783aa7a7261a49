import { driverConformance } from '@nbd/driver-conformance';
import { memoryDriver } from '../src/index.ts';

driverConformance({ create: memoryDriver });
