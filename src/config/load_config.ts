/**
 * YAML and environment → frozen `Config`, or every problem at once. Paths inside the file are
 * relative to the file's folder.
 */

import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import process from "node:process";
import type { z } from "zod";
import { CodemodeError } from "../base/errors.ts";
import { fileFault } from "../base/file_fault.ts";
import { nearestName } from "../base/nearest.ts";
import type { Config } from "./config.ts";
import type { BrokenRule } from "./broken_rule.ts";
import { denoDirectory } from "./deno_directory.ts";
import { type ConfigDocument, parseConfigDocument } from "./document.ts";
import { interpolate } from "./interpolate.ts";
import { MendedDocument } from "./mended_document.ts";
import { configInvalid, type ConfigProblem, NO_FILE } from "./problem.ts";
import { brokenRules } from "./rules.ts";
import { ConfigFileSchema, keysAt } from "./schema.ts";
import {
  locateOverrides,
  type ServerFlags,
  serverOverrides,
  withOverrides,
} from "./server_overrides.ts";
import { toConfig } from "./to_config.ts";

/** The file that is read when none is named. */
export const DEFAULT_CONFIG_FILE = "codemode.config.yaml";

/** Times a faulty file is mended before its rules are left unjudged. */
const MEND_ATTEMPTS = 10;

/** What the schema's kinds of values are called. */
const NOUNS: Readonly<Partial<Record<string, string>>> = Object.freeze({
  string: "a text",
  number: "a number",
  boolean: "true or false",
  object: "a mapping of keys",
  record: "a mapping of keys",
  array: "a list",
});

/** Where a configuration comes from. */
export interface LoadConfigOptions {
  /** @default `CODEMODE_CONFIG`, else `codemode.config.yaml` in the working directory */
  readonly path?: string;
  /** @default the process's environment */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Servers that grants and rules may name besides the file's own. @default [] */
  readonly servers?: readonly string[];
  /** What a command's flags say of the server; it wins over the environment and the file. */
  readonly flags?: ServerFlags;
}

/**
 * Loads a file. Without `path` and `CODEMODE_CONFIG` a missing file means the defaults and no
 * servers. Throws `CONFIG_INVALID` with `details.problems`.
 */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<Config> {
  const env = options.env ?? process.env;
  const named = options.path ?? (env["CODEMODE_CONFIG"] || undefined);
  const path = resolve(named ?? DEFAULT_CONFIG_FILE);
  return parseConfigText(await readText(path, named !== undefined), {
    file: named ?? DEFAULT_CONFIG_FILE,
    directory: dirname(path),
    env,
    servers: options.servers ?? [],
    flags: options.flags ?? {},
  });
}

/**
 * A configuration given as an object; strings in it are taken as they are. `servers` names those that
 * grants and rules may name besides its own.
 */
export function parseConfig(
  value: unknown,
  directory: string = process.cwd(),
  servers: readonly string[] = [],
): Config {
  const document = {
    ...parseConfigDocument(NO_FILE, ""),
    value,
    problem: (
      path: readonly PropertyKey[],
      message: string,
      { suggestion }: { suggestion?: string | undefined } = {},
    ) => ({
      file: NO_FILE,
      line: 1,
      column: 1,
      path: path.map(String).join("."),
      message,
      ...(suggestion === undefined ? {} : { suggestion }),
    }),
  };
  return validate(document, value, [], { directory, servers });
}

/** Options of {@link parseConfigText}. */
export interface ParseConfigOptions {
  /** Name that problems carry. */
  readonly file: string;
  /** Absolute folder of relative paths. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Servers that grants and rules may name besides the file's own. @default [] */
  readonly servers?: readonly string[];
  /** What a command's flags say of the server. @default {} */
  readonly flags?: ServerFlags;
}

/** The text of a configuration file. */
export function parseConfigText(
  text: string,
  { file, directory, env, servers = [], flags = {} }: ParseConfigOptions,
): Config {
  const document = parseConfigDocument(file, text);
  if (document.problems.length > 0) throw configInvalid(document.problems);
  const ours = { DENO_DIR: denoDirectory(env, process.platform), CODEMODE_DIRECTORY: directory };
  const { value, missing } = interpolate(document.value, { ...env, ...ours });
  const problems = missing.map(({ path, name }) =>
    document.problem(
      path,
      `the environment variable ${name} is not set; set it or write \${${name}:-default}`,
    )
  );
  const { overrides, faults } = serverOverrides(flags, env);
  const located = locateOverrides(document, overrides);
  return validate(located, withOverrides(value, overrides), [...problems, ...faults], {
    directory,
    servers,
  });
}

function validate(
  document: ConfigDocument,
  value: unknown,
  problems: readonly ConfigProblem[],
  { directory, servers }: Required<Pick<ParseConfigOptions, "directory" | "servers">>,
): Config {
  const parsed = ConfigFileSchema.safeParse(value);
  const faults = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) => toProblems(document, issue));
  const broken = parsed.success ? brokenRules(parsed.data, servers) : brokenRulesOf(value, servers);
  // A value without its variable is not judged as well.
  const told = new Set(problems.map(({ path }) => path));
  const shaped = [...problems, ...faults.filter(({ path }) => !told.has(path))];
  const all = [
    ...shaped,
    ...broken.filter(({ about = [] }) => !about.some((place) => hasFault(shaped, place)))
      .map(({ path, message, suggestion }) => document.problem(path, message, { suggestion }))
      .filter(({ path }) => !told.has(path)),
  ];
  if (all.length > 0 || !parsed.success) throw configInvalid(all);
  return toConfig(parsed.data, directory);
}

/** Whether one of the problems is at a place or below it. */
function hasFault(problems: readonly ConfigProblem[], place: readonly PropertyKey[]): boolean {
  const above = place.map(String).join(".");
  return problems.some(({ path }) => path === above || path.startsWith(`${above}.`));
}

/** The rules that a faulty file breaks with what can still be read of it, so that all is told in one go. */
function brokenRulesOf(value: unknown, servers: readonly string[]): readonly BrokenRule[] {
  const rest = new MendedDocument(value);
  for (let attempt = 0; attempt <= MEND_ATTEMPTS; attempt++) {
    const parsed = ConfigFileSchema.safeParse(rest.value);
    if (parsed.success) {
      return brokenRules(parsed.data, servers).map(({ path, about = [], ...rule }) => ({
        ...rule,
        path: rest.origin(path),
        about: about.map((place) => rest.origin(place)),
      }));
    }
    rest.mend(parsed.error.issues);
  }
  return [];
}

function toProblems(document: ConfigDocument, issue: z.core.$ZodIssue): ConfigProblem[] {
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(issue.path) ?? [];
    return issue.keys.map((key) =>
      document.problem([...issue.path, key], `unknown key "${key}"`, {
        atKey: true,
        suggestion: nearestName(key, known),
      })
    );
  }
  if (issue.code === "invalid_value") {
    const given = valueAt(document.value, issue.path);
    const known = issue.values.map(String);
    const suggestion = typeof given === "string" ? nearestName(given, known) : undefined;
    return [document.problem(issue.path, `must be one of ${known.join(", ")}`, { suggestion })];
  }
  const isMissing = valueAt(document.value, issue.path) === undefined;
  return [document.problem(issue.path, wordsOf(issue, isMissing))];
}

/** What was expected, as people call it; the rest of the messages say so themselves. */
function wordsOf(issue: z.core.$ZodIssue, isMissing: boolean): string {
  if (issue.code !== "invalid_type" || !issue.message.startsWith("Invalid input")) {
    return issue.message;
  }
  const noun = NOUNS[issue.expected] ?? issue.expected;
  return isMissing ? `is missing: ${noun}` : `must be ${noun}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
}

async function readText(path: string, required: boolean): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const missing = (cause as { code?: unknown }).code === "ENOENT";
    if (missing && !required) return "";
    const message = `Cannot read the configuration file ${path}: ${fileFault(cause)}`;
    throw new CodemodeError("CONFIG_INVALID", message, { cause });
  }
}
