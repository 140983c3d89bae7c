/** Which addresses are this machine's alone. */

const OCTET = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const LOOPBACK = new RegExp(`^(?:localhost|127(?:\\.${OCTET}){3}|\\[?::1\\]?)$`);

/**
 * Whether only programs of this machine reach a service that listens on `host`. What merely looks like
 * an address is a name, which anybody may own.
 */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
