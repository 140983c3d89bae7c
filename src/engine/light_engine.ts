/** On which engine of a runtime a program begins: a light one, where there is one and the program is for it. */

import type { EngineName, RuntimeChoice } from "../contract/mod.ts";
import type { GuestNamespace } from "../protocol/frames.ts";
import { toLightProgram } from "../protocol/python_light.ts";

/** What is looked at of a program. */
export interface LookedAt {
  readonly code: string;
  readonly namespaces: readonly GuestNamespace[];
}

/** The engine, and the choice with what is said of it. */
export interface Beginning {
  readonly engine: EngineName;
  readonly choice: RuntimeChoice;
}

/** The engine as far as it can be told without the program. */
export function likelyEngine(
  { name }: RuntimeChoice,
  engines: Pick<ReadonlySet<EngineName>, "has">,
): EngineName {
  return name === "python" && engines.has("monty") ? "monty" : name;
}

/** Reads the program only where there is a light engine that could take it. */
export function beginOn(
  choice: RuntimeChoice,
  { code, namespaces }: LookedAt,
  engines: Pick<ReadonlySet<EngineName>, "has">,
): Beginning {
  const heavy: Beginning = { engine: choice.name, choice };
  if (choice.name !== "python" || !engines.has("monty")) return heavy;
  const verdict = toLightProgram(code, namespaces);
  if ("lacks" in verdict) {
    const reason = `${choice.reason}; its light engine does not have ${verdict.lacks}`;
    return { ...heavy, choice: { ...choice, reason } };
  }
  return {
    engine: "monty",
    choice: { ...choice, reason: `${choice.reason}; on its light engine` },
  };
}
