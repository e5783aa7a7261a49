/** What `--help` says behind the lists of options. */

const URI_FORMS = `A URI is one of
  nbd://HOST[:PORT]/EXPORT          nbd+unix:///EXPORT?socket=PATH
  nbds://HOST[:PORT]/EXPORT         nbds+unix:///EXPORT?socket=PATH        with TLS
where an empty EXPORT is the default export of the server.`;

const COUNTS = `BYTES are a number, or have one of K M G T P E behind it: powers of 1024.`;

export const URI_HELP: string = `\n${URI_FORMS}`;

export const DUMP_HELP: string = `\n${URI_FORMS}\n${COUNTS}
Rows that repeat the one before are shown as one "*".`;

export const COPY_HELP: string = `
SRC and DST are each a URI, a file or a block device, or - for standard input and output.
${URI_FORMS}
${COUNTS}

What SRC says is zeroes is not read. In DST it becomes holes, or at least zeroes; a file is created,
or emptied. A DST that is larger keeps what is behind the copy. When the program ends with 0, all is
on stable storage as far as DST can tell, unless there is --no-flush.

Examples:
  nbd copy nbd://127.0.0.1/disk disk.img
  nbd copy disk.img 'nbd+unix:///disk?socket=/tmp/nbd.sock'
  nbd copy --connections 8 nbd://10.0.0.1/disk nbds://10.0.0.2/disk
  nbd copy nbd://127.0.0.1/disk - | gzip > disk.img.gz`;

export const VOLUME_HELP: string = `
A URL is s3://BUCKET[/PREFIX]/VOLUME, with @NAME behind it for a snapshot; of a list,
s3://BUCKET[/PREFIX].
${COUNTS}

Where the bucket is, and who asks, is told by AWS_ENDPOINT_URL_S3, AWS_REGION, AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY and so on, by a profile (AWS_PROFILE), or by the role of a container or an
instance.

Examples:
  nbd volume create --size 1T s3://disks/boot
  nbd volume snapshot s3://disks/boot@monday
  nbd volume clone s3://disks/boot@monday s3://disks/try
  nbd volume check s3://disks/boot`;

export const PROGRAM_HELP: string = `
${URI_FORMS}

Examples:
  nbd info nbd://127.0.0.1/disk
  nbd list --long nbd://127.0.0.1
  nbd map --totals nbd://127.0.0.1/disk
  nbd dump --length 512 nbd://127.0.0.1/disk
  nbd copy nbd://127.0.0.1/disk disk.img
  nbd volume create --size 1T s3://bucket/volume

"nbd COMMAND --help" tells more. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 or 143 ended
by SIGINT or SIGTERM. A failure is one line on standard error.`;
