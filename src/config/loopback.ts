/** Which addresses are this machine's alone. */

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/;

/** Whether only programs of this machine reach a service that listens on `host`. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
