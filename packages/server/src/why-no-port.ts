/**
 * Why a program cannot listen on a TCP address, as a person would say it, and what to do where there is something to do.
 * `error` is that of Node.
 */
export function whyNoPort({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'another program does already; choose another port, or 0 for any';
    case 'EACCES':
      return 'not permitted; ports below 1024 need privileges';
    case 'EADDRNOTAVAIL':
      return 'this machine does not have that address';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'there is no host of that name';
    default:
      return message;
  }
}
