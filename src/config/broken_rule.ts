/** What a rule between the values of a configuration finds. */

/** Where a rule is broken, and what is wrong. */
export interface BrokenRule {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly suggestion?: string | undefined;
  /** Other places it was concluded from: where one of them is at fault, nothing is concluded. */
  readonly about?: readonly (readonly PropertyKey[])[];
}
