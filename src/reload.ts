/** Takes over what a changed configuration may change in a running service: its servers. */

import { CodemodeError } from "./base/errors.ts";
import type { Logger } from "./base/log.ts";
import { sameValue } from "./base/same_value.ts";
import type { Config } from "./config/mod.ts";
import type { ServerChanges } from "./contract/mod.ts";
import type { ToolSources } from "./tool_sources.ts";

/** What a reload works on. */
export interface ReloaderParts {
  readonly config: Config;
  readonly sources: Pick<ToolSources, "apply">;
  /** Reads the configuration anew; absent where there is nothing to read. */
  readonly load: (() => Promise<Config>) | undefined;
  readonly logger: Logger;
}

/** Sections that take effect without a restart. */
const LIVE: ReadonlySet<string> = new Set(["mcp", "openapi"]);

/** Reloads one after another. What is not valid changes nothing and is logged, each problem of it. */
export function createReloader(parts: ReloaderParts): () => Promise<ServerChanges> {
  const { sources, load, logger } = parts;
  let current = parts.config;
  let last: Promise<unknown> = Promise.resolve();
  const reload = async (): Promise<ServerChanges> => {
    if (load === undefined) {
      throw new CodemodeError("INVALID_REQUEST", "There is no configuration file to read again");
    }
    const next = await load();
    const restart = Object.keys(next).filter((key) =>
      !LIVE.has(key) && !sameValue(part(next, key), part(current, key))
    );
    const changes = { ...sources.apply(next), restart };
    current = { ...current, mcp: next.mcp, openapi: next.openapi };
    logger.info("configuration read again", { ...changes });
    for (const problem of changes.problems) logger.warn("a server was not opened", { problem });
    return changes;
  };
  return () => {
    const mine = last.then(reload).catch((error) => {
      logProblems(error, logger);
      throw error;
    });
    last = mine.catch(() => {});
    return mine;
  };
}

function logProblems(error: unknown, logger: Logger): void {
  const { problems } = error instanceof CodemodeError ? error.details : {};
  if (!Array.isArray(problems)) {
    return logger.error("configuration cannot be read; the one before stays", { error });
  }
  logger.error("configuration is not valid; the one before stays", { problems: problems.length });
  for (const { message, ...place } of problems) {
    logger.error("configuration problem", { ...place, problem: message });
  }
}

function part(config: Config, key: string): unknown {
  return (config as { readonly [key: string]: unknown } & Config)[key];
}
