/**
 * What `--help` says.
 */
import { PRESETS } from '../servers/presets.ts';
import { WORKLOAD_SETS } from '../workloads/workloads.ts';

const HELP = `Usage: bench [options]                        judge the targets (--targets all)
       bench --server NAME[=COMMAND] ...      compare servers
       bench --micro [--update-reference]     time the code that each request goes through
       bench --from FILE --markdown FILE      write the document of an earlier run

  --targets LIST           all, or names and sets of workloads: measure what there are targets for,
                           on ours and on nbdkit, and say whether they are met
  --server NAME            a preset (below); NAME@N pins it to processor N
  --server NAME=COMMAND    your own; run by "sh -c exec", with $SOCK (path of a Unix socket), $PORT,
                           $FILE (a data file of its own), $SIZE (bytes), $DIR and $CERTIFICATES (a
                           folder; clients then use TLS) filled in; {unix:TEXT} and {tcp:TEXT} are
                           kept only for that transport; with --targets: in place of that preset
  --baseline NAME          the server to compare with (default: the first)
  --transport LIST         unix, tcp (default: unix)
  --workloads LIST         names and sets (default: quick)
  --runtime SECONDS        of one run (default: 3)
  --repeat N               runs of each workload, the order of servers rotates (default: 3)
  --size SIZE              of each export: 64M, 1g (default: 1g)
  --dir PATH               for sockets and data files
  --seed FILE              random data of that size (default: made in the directory)
  --json FILE, --markdown FILE
                           write the figures there, after each workload
  --update-reference       with --micro: keep the figures to compare later ones with

Workloads:
  raw-{randread|randwrite|read|write}-SIZE-qDEPTH[-cCONNECTIONS][-unaligned][-structured|-extended]
                           the lean client of this tool; unaligned (random only): any byte offset
  raw-{randread|randwrite}-mixed-qDEPTH[-cCONNECTIONS][-structured|-extended]
                           the same with lengths from 512 to 64k, at any byte offset
  {randread|randwrite|read|write|randrw|rw}-SIZE-qDEPTH[-jJOBS]    fio
  copyout-cN, copyin-cN    nbdcopy of the whole export
  qemubench-SIZE-qDEPTH    qemu-img bench
  connect-pN               connect, enter the export, disconnect, N at a time
  rss-cN                   memory held with N clients that have each read 16 times 128k
  stalled-cN               memory held for N clients that ask for 64 times 128k and read nothing
  beside-cold-qDEPTH       4k reads of cached data, one at a time, beside DEPTH of data on disk
`;

/** The options, the workloads, their sets, and the presets. */
export function helpText(): string {
  const sets = [...WORKLOAD_SETS].map(([name, members]) => `  ${name}: ${members.join(',')}`);
  const presets = [...PRESETS].map(([name, { command }]) => `  ${name.padEnd(20)} ${command}`);
  return `${HELP}\nSets of workloads:\n${sets.join('\n')}\n\nPresets:\n${presets.join('\n')}\n`;
}
