/** A configuration for people: everything it comes to, secrets hidden. */

import { stringify } from "yaml";
import type { Config } from "./config.ts";

/** YAML of the loaded configuration; secrets print as `[secret]`. */
export function printConfig(config: Config): string {
  return stringify(JSON.parse(JSON.stringify(config))).trimEnd();
}
