/** The line of the command that failed, as far as it is known. */

import type { CommandPlace } from "./tree.ts";

/** How commands begin what they say of a failure. */
const SPEAKER = /^([\w.-]+): /;

/**
 * The line of what ran last, of which `said` is the last line of standard error. Where any command of a
 * pipeline can be the one that failed it is that of the only one that can have said it, else that at
 * which the pipeline begins.
 */
export function failedLine(
  place: CommandPlace | undefined,
  script: string,
  said: string | undefined,
): number | undefined {
  const commands = place?.pipeline?.commands ?? [];
  if (commands.length < 2 || !script.includes("pipefail")) return place?.line;
  const speaker = SPEAKER.exec(said ?? "")?.[1];
  const speakers = commands.filter(({ name }) => name !== undefined && name === speaker);
  return (speakers.length === 1 ? speakers[0]! : commands[0]!).line;
}
