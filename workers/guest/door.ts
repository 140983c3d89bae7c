/** The guest's half of a channel, whatever carries it. */

/** Lines in and out. */
export interface Door {
  /** Gives the first line the host sends to `take`; never, when it hangs up instead. */
  receive(take: (line: string) => void): void;
  /** Gives each further line to `take`, as long as `isWanted` says so. */
  listen(take: (line: string) => void, isWanted: () => boolean): void;
  /** Writes text at once. */
  send(text: string): void;
  /** After the last word: keeps the place alive where the host still has to look at it. */
  hold(): void;
}
