/** The runtimes that can run a program, by its language and by what was asked for. */

import { CodemodeError } from "../base/errors.ts";
import type { ExecuteRequest, Language, RuntimeInfo, RuntimeName } from "../contract/mod.ts";

/** What can run one program; never empty. */
export interface Candidates {
  /** True when the one runtime is named. */
  readonly isPinned: boolean;
  /** Who named it. @default the request */
  readonly isConfigured?: boolean;
  /** As `GET /api/v1/runtimes` lists them. */
  readonly runtimes: readonly [RuntimeInfo, ...RuntimeInfo[]];
}

/** Names that are languages, for which every runtime of the language is a candidate. */
const LANGUAGE_NAMES: ReadonlySet<string> = new Set(["auto", "typescript", "javascript"]);

/**
 * The candidates for a program.
 *
 * @throws {CodemodeError} `RUNTIME_UNAVAILABLE` when there are none, with the reason of the one asked for.
 */
export function candidatesFor(
  asked: ExecuteRequest["runtime"],
  language: Language,
  runtimes: readonly RuntimeInfo[],
): Candidates {
  const pinned = asked === undefined || LANGUAGE_NAMES.has(asked) ? undefined : asked;
  const [first, ...more] = runtimes.filter(({ name, available, languages }) =>
    available && languages.includes(language) && (pinned === undefined || name === pinned)
  );
  if (first === undefined) throw unavailable(pinned as RuntimeName, language, runtimes);
  return { isPinned: pinned !== undefined, runtimes: [first, ...more] };
}

function unavailable(
  pinned: RuntimeName | undefined,
  language: Language,
  runtimes: readonly RuntimeInfo[],
): CodemodeError {
  const available = runtimes.filter((runtime) => runtime.available)
    .map(({ name, languages }) => `${name} (${languages.join(", ")})`);
  const reasons = runtimes.flatMap(({ name, languages, available, reason }) =>
    !available && languages.includes(language) ? [`${name}: ${reason}`] : []
  );
  const asked = runtimes.find(({ name }) => name === pinned);
  const why = asked?.available === false ? `: ${asked.reason}` : "";
  const subject = pinned === undefined
    ? [`No runtime here runs ${language}`, ...reasons].join("; ")
    : `Runtime ${pinned} cannot run ${language} here${why}`;
  return new CodemodeError(
    "RUNTIME_UNAVAILABLE",
    `${subject}; available: ${available.join("; ") || "none"}`,
    { details: { runtime: pinned ?? "auto", language, available } },
  );
}
