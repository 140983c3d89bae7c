/**
 * How an engine that hosts many programs says that it ended one at a limit of its own: as a thrown error
 * of this name, whose message is the limit. A program that throws such an error ends likewise.
 */

/** Name of the error. */
export const ENGINE_LIMIT = "EngineLimit";

/** What can be hit. */
export const ENGINE_LIMITS = ["cpu", "memory", "output"] as const;

/** One of {@link ENGINE_LIMITS}. */
export type EngineLimit = (typeof ENGINE_LIMITS)[number];

/** Line by which such an engine says that it has taken one more line of its host, in their order. */
export const LINE_TAKEN = ".";
