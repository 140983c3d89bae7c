/** Places of connections that stay open for as long as their callers like: so many, and so many of each. */

import { CodemodeError } from "../base/errors.ts";
import { type Place, Places } from "../base/places.ts";

/** Options of {@link OpenPlaces}. */
export interface OpenPlacesOptions {
  /** The part of `server` in the configuration that holds the limits. */
  readonly part: "sockets" | "streams";
  /** What is open, in the message of a refusal, such as "WebSockets". */
  readonly what: string;
  readonly max: number;
  readonly perPrincipal: number;
}

/** The places of one kind of connections. */
export class OpenPlaces {
  readonly #options: OpenPlacesOptions;
  readonly #places: Places;

  constructor(options: OpenPlacesOptions) {
    this.#options = options;
    this.#places = new Places({ all: options.max, perPrincipal: options.perPrincipal });
  }

  /** A place for as long as it is not disposed; `RATE_LIMITED` where there is none. */
  take(principal: string): Place {
    const place = this.#places.take(principal);
    if (typeof place !== "string") return place;
    const { part, what, max, perPrincipal } = this.#options;
    throw new CodemodeError(
      "RATE_LIMITED",
      place === "all" ? `${max} ${what} are open already` : `You have ${perPrincipal} ${what} open`,
      { details: { limit: `${part}.${place === "all" ? "max" : "perPrincipal"}` } },
    );
  }
}
