/** Puts Python into a guest, with no more of its library than one program imports. */
import type { Initramfs } from './initramfs.ts';
import { runProgram } from './run-program.ts';

/** `-I -S`: nothing of the person's own, in the guest neither. */
const BARE = ['-I', '-S'];

/** Prints the path of Python, then the file of each module in use once those that are named are imported. */
const LIST_FILES = `
import os, sys
print(os.path.realpath(sys.executable))
for name in sys.argv[1:]: __import__(name)
for module in list(sys.modules.values()):
    if getattr(module, '__file__', None): print(module.__file__)
`;

/** How a guest with Python runs a program. */
export const PYTHON: string = ['/bin/python3', ...BARE].join(' ');

/**
 * Adds Python and the modules `imports` with all that those import.
 *
 * @throws MissingPartError if this machine has no Python
 */
export async function addPython(initramfs: Initramfs, imports: readonly string[]): Promise<void> {
  const listed = await runProgram('python3', [...BARE, '-c', LIST_FILES, ...imports]);
  const [python = '', ...modules] = listed.trim().split('\n');
  for (const file of [python, ...modules]) {
    await initramfs.copy(file, file);
    if (!file.endsWith('.py')) await initramfs.addLibrariesOf(file);
  }
  await initramfs.write('bin/python3', `#!/bin/sh\nexec ${python} "$@"\n`, true);
}
