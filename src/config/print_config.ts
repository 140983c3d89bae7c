/** A configuration for people: everything it comes to, in the file's own words, secrets hidden. */

import { stringify } from "yaml";
import type { Config } from "./config.ts";

/** Keys whose unit the file gives with the value. */
const SIZES: ReadonlyMap<string, string> = new Map([
  ["memoryBytes", "memory"],
  ["maxMemoryBytes", "maxMemory"],
  ["maxResponseBytes", "maxResponseSize"],
]);

/** YAML of the loaded configuration, as a file that says the same; secrets print as `[secret]`. */
export function printConfig(config: Config): string {
  const { directory, ...file } = JSON.parse(JSON.stringify(config));
  return `# Paths are relative to ${directory}\n${stringify(inFileWords(file)).trimEnd()}`;
}

function inFileWords(value: unknown): unknown {
  // What looks like a variable was written with two dollar signs.
  if (typeof value === "string") return value.replaceAll("$", "$$$$");
  if (Array.isArray(value)) return value.map(inFileWords);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => toEntry(key, inner)));
}

function toEntry(key: string, value: unknown): [string, unknown] {
  if (typeof value !== "number") return [key, inFileWords(value)];
  if (key.endsWith("Ms")) return [key.slice(0, -"Ms".length), `${value}ms`];
  return [SIZES.get(key) ?? key, value];
}
