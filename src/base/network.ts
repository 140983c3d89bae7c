/** How a part of the service reaches other hosts, where it is not free to reach all of them. */

/** Like the global `fetch`. */
export type Fetch = (input: URL | string, init?: RequestInit) => Promise<Response>;

/** A way to other hosts that judges each of them, by its addresses. */
export interface Network {
  /**
   * As `fetch` does, to the very address that was judged. Redirects are answers and not followed,
   * whatever `init` says. Rejects with an {@link AddressRefused} for a host that must not be reached.
   */
  readonly fetch: Fetch;
  /**
   * Judges an address that something else connects to. Rejects with an {@link AddressRefused}, also
   * where nothing would keep its name from meaning another address a moment later.
   */
  check(url: URL): Promise<void>;
}

/** Thrown for a host that must not be reached. */
export class AddressRefused extends TypeError {
  override readonly name = "AddressRefused";
}
