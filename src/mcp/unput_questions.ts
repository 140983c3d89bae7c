/**
 * Questions that were put to nobody: the calls that probably asked them fail with a reason instead of
 * what the server makes of no answer, and the operator reads one line a minute however many they are.
 * Where nobody can be asked no answer is what the caller chose, and the call goes on.
 */

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { noteRefusal, type Place, type SeatedCall } from "./seated_calls.ts";

/** Questions that wait at once for their caller to be known; one more is nobody's. */
export const MAX_HELD = 16;

/** Why a question is put to nobody, as programs and the operator are told. */
export const WHY_UNPUT = Object.freeze({
  givenUp: "it may be about a call that was given up and that the server has not answered yet",
  isStuck: "several calls wait for questions, and nothing tells whose this one is",
  tooMany: `${MAX_HELD} other questions wait until it is known whose they are`,
});

/** Least time between two lines. */
const TELL_EVERY_MS = 60_000;

/** A count that is told once in a while. */
interface Tally {
  untold: number;
  toldAt: number;
}

/** Those of one session. */
export class UnputQuestions {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #unput: Tally = { untold: 0, toldAt: -Infinity };
  readonly #ofMute: Tally = { untold: 0, toldAt: -Infinity };

  constructor({ clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** One more, which was probably asked by one of `suspects`; where there is none nobody misses it. */
  add(why: keyof typeof WHY_UNPUT, suspects: readonly Place[]): void {
    if (suspects.length === 0) return;
    const reason = WHY_UNPUT[why];
    noteRefusal(reason, suspects);
    this.#tell(this.#unput, (count) => {
      this.#logger.warn("MCP server asked what was put to nobody", { reason, count });
    });
  }

  /** One more of a call for which nobody can be asked, which makes of that what it likes. */
  addMute({ tool, owner }: Pick<SeatedCall, "tool" | "owner">): void {
    const whose = typeof owner === "string" ? { execution: owner } : {};
    this.#tell(this.#ofMute, (count) => {
      this.#logger.info("MCP server asked where nobody can be asked", { tool, ...whose, count });
    });
  }

  #tell(tally: Tally, log: (count: number) => void): void {
    tally.untold += 1;
    const now = this.#clock.monotonic();
    if (now - tally.toldAt < TELL_EVERY_MS) return;
    log(tally.untold);
    Object.assign(tally, { untold: 0, toldAt: now });
  }
}
