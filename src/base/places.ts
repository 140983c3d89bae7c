/**
 * Places that principals hold for as long as they like, such as open streams: so many in all, and so
 * many of each principal. A place is taken at once, so nothing can come between the look and the taking.
 */

/** How many places there are. */
export interface PlaceLimits {
  readonly all: number;
  /** Places of one principal at the same time. */
  readonly perPrincipal: number;
}

/** A taken place; disposing it, once or more often, gives it back. */
export type Place = Disposable;

/** The places of one kind. Memory is bounded by the places that are taken. */
export class Places {
  readonly #limits: PlaceLimits;
  readonly #taken = new Map<string, number>();
  #all = 0;

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  /** Places that are taken. */
  get taken(): number {
    return this.#all;
  }

  /** A place, or the limit that leaves none. */
  take(principal: string): Place | keyof PlaceLimits {
    const { all, perPrincipal } = this.#limits;
    // SAFETY: without a share, one principal could take what all others need (test/unit/base: places).
    if ((this.#taken.get(principal) ?? 0) >= perPrincipal) return "perPrincipal";
    if (this.#all >= all) return "all";
    this.#count(principal, 1);
    let isTaken = true;
    return {
      [Symbol.dispose]: () => {
        if (isTaken) this.#count(principal, -1);
        isTaken = false;
      },
    };
  }

  #count(principal: string, by: 1 | -1): void {
    const left = (this.#taken.get(principal) ?? 0) + by;
    this.#all += by;
    if (left > 0) this.#taken.set(principal, left);
    else this.#taken.delete(principal);
  }
}
