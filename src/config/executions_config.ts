/** What an operator can say of executions that are watched, asked about and kept. */

/** What is kept of executions, and how long their questions wait. */
export interface ExecutionsConfig {
  /** What is kept of executions that have ended. */
  readonly kept: {
    /** @default 300000 */
    readonly ageMs: number;
    /** @default 1000 */
    readonly count: number;
    /** @default 67108864 */
    readonly bytes: number;
  };
  /** Logs and progress of one execution that a reader who comes late still gets. */
  readonly events: {
    /** @default 2000 */
    readonly entries: number;
    /** @default 1048576 */
    readonly bytes: number;
  };
  /** What servers may ask in the middle of one execution's calls. */
  readonly questions: {
    /** How long one waits for its answer. @default 600000 */
    readonly timeoutMs: number;
    /** Questions open at the same time. @default 8 */
    readonly open: number;
    /** Questions in all. @default 64 */
    readonly total: number;
  };
}
