// One entry for `npm test`, `npm run build`, `npm run typecheck`, `npm run pack`, `npm run demo`,
// `npm run audit`, and the same by pnpm.
// Started by npm (or plain node) on a machine without pnpm, it calls the pnpm version
// that package.json's `packageManager` names; pnpm then installs what is missing
// (verifyDepsBeforeRun: install). The demo itself runs in this process, so that
// signals reach it past as few others as possible.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const [task = 'test', ...rest] = process.argv.slice(2);
const underPnpm = (process.env.npm_config_user_agent ?? '').startsWith('pnpm/');
const env = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  npm_config_update_notifier: 'false',
};

function run(command, args, stdio = 'inherit') {
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio });
  if (error !== undefined) {
    console.error(String(error));
    process.exit(127);
  }
  if (status !== 0) process.exit(status ?? 1);
}

/** Runs a command of the pnpm that package.json names. */
function pnpm(args, stdio = 'inherit') {
  const { packageManager } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  run('npx', ['--yes', packageManager, ...args], stdio);
}

/** Runs a script of package.json; pnpm installs first what is missing. */
function runByPnpm(script, stdio = 'inherit') {
  pnpm(['run', '--silent', ...script], stdio);
}

function test() {
  if (!underPnpm) {
    runByPnpm(['test', ...rest]);
    return;
  }
  const quiet = ['--output-logs=errors-only', '--ui=stream'];
  run('turbo', ['run', 'build', '//#check:types', '//#lint', '//#lint:unused', ...quiet]);
  run('node', ['tooling/scripts/check-packages.mjs']);
  run('vitest', ['run', ...rest]);
}

/** Runs a task of turbo, which needs pnpm on its path, for the script of package.json that is named. */
function turbo(script, name = script) {
  if (underPnpm) run('turbo', ['run', name, ...rest]);
  else runByPnpm([script, ...rest]);
}

/** Makes the packages as they would be published, in a folder. */
function pack(folder) {
  if (folder === undefined || rest.length > 1) {
    console.error('expected a folder for the packages: npm run pack -- FOLDER');
    process.exit(2);
  }
  runByPnpm(['build']);
  // Scripts run at the root; the folder is meant from where they were asked for.
  const destination = resolve(process.env.INIT_CWD ?? '', folder);
  pnpm(['--recursive', '--filter', './packages/*', 'pack', '--pack-destination', destination]);
}

async function demo() {
  // Standard output belongs to the server's ready lines alone.
  runByPnpm(['build:demo'], ['inherit', 2, 2]);
  const main = fileURLToPath(new URL('../../apps/demo-server/dist/main.js', import.meta.url));
  process.argv.splice(1, process.argv.length, main, ...rest);
  await import(main);
}

if (task === 'test') test();
else if (task === 'build') turbo(task);
else if (task === 'typecheck') turbo('typecheck', '//#check:types');
else if (task === 'pack') pack(rest[0]);
else if (task === 'demo') await demo();
else if (task === 'audit') pnpm(['audit', '--prod', ...rest]);
else {
  console.error(`unknown task ${task}`);
  process.exit(2);
}
