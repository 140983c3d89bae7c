/** What an engine is made of; the roof brings it together. */

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Catalog } from "../catalog/mod.ts";
import type { Checker } from "../checker/mod.ts";
import type { Config } from "../config/mod.ts";
import type { AuditSink, EngineName, Language, RuntimeInfo } from "../contract/mod.ts";
import type { Approver } from "../policy/mod.ts";
import type { Pool } from "../pool/mod.ts";
import type { KeptResults } from "../results/mod.ts";
import type { Telemetry } from "../trace/mod.ts";

/** What an engine is made of. */
export interface EngineParts {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly checkers: ReadonlyMap<Language, Checker>;
  readonly pools: ReadonlyMap<EngineName, Pool>;
  readonly runtimes: readonly RuntimeInfo[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Where the whole of what did not fit is kept. */
  readonly results: KeptResults;
  /** @default nothing is recorded */
  readonly audit?: AuditSink;
  /** Who is asked about calls that a rule wants approved. @default nobody, so they are refused */
  readonly approver?: Approver;
  /** Who is told of spans and measurements. @default nobody, and nothing is computed */
  readonly telemetry?: Telemetry | undefined;
  /** Where granted environment variables are read. @default there are none */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** The log of those who want none. */
export const NO_AUDIT: AuditSink = Object.freeze({ record() {} });
