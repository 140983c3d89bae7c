/** What comes before a program runs: the tools it may know, and whether it is well typed against them. */

import { CodemodeError } from "../base/errors.ts";
import type { CapabilitySet } from "../capability/mod.ts";
import type { Catalog } from "../catalog/mod.ts";
import type { Ambient, Checker, CheckResult } from "../checker/mod.ts";
import type { Policy } from "../policy/mod.ts";
import type { Language, RuntimeName } from "../contract/mod.ts";
import type { Admitted } from "./admission.ts";
import type { Candidates } from "./candidates.ts";
import { type Toolbox, Toolboxes } from "./toolbox.ts";

/** Milliseconds an execution waits for a server that has not shown its tools yet. */
const SERVER_PATIENCE_MS = 30_000;

/** Prepares programs. */
export class Preparation {
  readonly #catalog: Catalog;
  readonly #checkers: ReadonlyMap<Language, Checker>;
  readonly #toolboxes: Toolboxes;

  constructor(
    catalog: Catalog,
    checkers: ReadonlyMap<Language, Checker>,
    policy: Policy,
  ) {
    this.#catalog = catalog;
    this.#checkers = checkers;
    this.#toolboxes = new Toolboxes(catalog, policy);
  }

  /**
   * A server that is still starting is waited for, so that its tools are not called unknown; a
   * program waits only for servers that its text names, so that a slow one does not hold up all.
   */
  async toolbox(
    grant: CapabilitySet,
    signal: AbortSignal,
    code?: string,
  ): Promise<Toolbox> {
    const patience = AbortSignal.timeout(SERVER_PATIENCE_MS);
    await this.#catalog
      .settled(this.#toolboxes.serversOf(grant, code), AbortSignal.any([signal, patience]))
      .catch((error) => {
        if (signal.aborted) throw error;
      });
    return this.#toolboxes.of(grant);
  }

  /** Checks a program against the tools it may know. */
  check(
    admitted: Omit<Admitted, "check"> & Partial<Pick<Admitted, "check">>,
    toolbox: Toolbox,
    { principal, signal }: { readonly principal: string; readonly signal: AbortSignal },
  ): Promise<CheckResult> {
    const { code, language } = admitted;
    const checker = this.#checkers.get(language);
    if (checker === undefined) {
      throw new CodemodeError("RUNTIME_UNAVAILABLE", `Nothing here checks ${language}`);
    }
    return checker.check({
      code,
      language,
      declarations: toolbox.declarationsIn(language),
      ambient: ambientOf(admitted),
      mode: admitted.check ?? "error",
      principal,
    }, signal);
  }
}

/** Where it is open which runtime it will be, the program is held against the one that has most. */
function ambientOf({ candidates, grant }: Pick<Admitted, "candidates" | "grant">): Ambient {
  const { network = {}, filesystem = {}, system = {} } = grant;
  const holds = (...lists: (readonly string[] | undefined)[]) =>
    lists.some((list) => list !== undefined && list.length > 0);
  return {
    runtime: richest(candidates),
    network: holds(network.allowedHosts),
    files: holds(filesystem.allowedPaths, filesystem.writablePaths),
    environment: holds(system.environment),
  };
}

function richest({ runtimes }: Candidates): RuntimeName {
  return runtimes.find(({ name }) => name === "deno")?.name ?? runtimes[0].name;
}
