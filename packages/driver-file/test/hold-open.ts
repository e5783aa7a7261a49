/** Opens the file that is named as a writable disk, says so, and holds it until the process is ended. */
import { fileDriver } from '@nbd/driver-file';

const driver = await fileDriver({ path: process.argv[2] ?? '' });
console.log(`open ${driver.size}`);
setInterval(() => undefined, 60_000);
