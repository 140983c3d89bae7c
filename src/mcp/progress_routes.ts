/**
 * Which call a notice of progress belongs to. Read before the client does: it forgets a call with its
 * answer, and with it the notices that came in the same breath.
 */

/** A call that listens; disposing it ends that. */
export interface ProgressRoute extends Disposable {
  readonly token: string;
}

/** The calls of one session that listen. */
export class ProgressRoutes {
  readonly #meters = new Map<string, (notice: unknown) => void>();
  #opened = 0;

  open(meter: (notice: unknown) => void): ProgressRoute {
    this.#opened += 1;
    const token = `call-${this.#opened}`;
    this.#meters.set(token, meter);
    return { token, [Symbol.dispose]: () => void this.#meters.delete(token) };
  }

  /** Passes a message on if it is a notice for one that listens. */
  read(message: unknown): void {
    const { method, params } = Object(message) as { readonly [member: string]: unknown };
    if (method !== "notifications/progress") return;
    const token: unknown = Object(params).progressToken;
    if (typeof token === "string") this.#meters.get(token)?.(params);
  }
}
