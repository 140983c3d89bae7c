/**
 * What flags and the environment say of the server. It wins over the file, flags over the environment,
 * and what is wrong with it is told at the place it came from.
 */

import type { ConfigDocument } from "./document.ts";
import type { ConfigProblem } from "./problem.ts";

/** What a command's flags say of the server. */
export interface ServerFlags {
  readonly host?: string;
  readonly port?: number;
}

/** One value, and who said it. */
export interface ServerOverride {
  readonly key: keyof ServerFlags;
  readonly value: string | number;
  readonly file: "command line" | "environment";
  /** The flag or the variable. */
  readonly name: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What is said, each key once; a variable that is no port is a fault. */
export function serverOverrides(
  flags: ServerFlags,
  env: Environment,
): { readonly overrides: readonly ServerOverride[]; readonly faults: readonly ConfigProblem[] } {
  const port = portOf(flags, env);
  const host = hostOf(flags, env);
  const given = [port, host].filter((one) => one !== undefined);
  return {
    overrides: given.filter(({ value }) => !Number.isNaN(value)),
    faults: given.filter(({ value }) => Number.isNaN(value)).map((override) =>
      problemOf(override, `${JSON.stringify(env[override.name])} is not a port`)
    ),
  };
}

/** The value of a file with what was said besides. */
export function withOverrides(value: unknown, overrides: readonly ServerOverride[]): unknown {
  if (overrides.length === 0 || !isMapping(value)) return value;
  const { server = {} } = value;
  if (!isMapping(server)) return value;
  const said = Object.fromEntries(overrides.map(({ key, value }) => [key, value]));
  return { ...value, server: { ...server, ...said } };
}

/** The document, with what is wrong with an override told of the flag or the variable. */
export function locateOverrides(
  document: ConfigDocument,
  overrides: readonly ServerOverride[],
): ConfigDocument {
  const byPath = new Map(overrides.map((one) => [`server.${one.key}`, one]));
  return {
    ...document,
    problem(path, message, options) {
      const override = byPath.get(path.map(String).join("."));
      return override === undefined
        ? document.problem(path, message, options)
        : problemOf(override, message);
    },
  };
}

/** NaN stands for what is no port. */
function portOf({ port }: ServerFlags, env: Environment): ServerOverride | undefined {
  if (port !== undefined) return { key: "port", value: port, ...flag("--port") };
  const name = env["CODEMODE_PORT"] === undefined ? "CODE_MODE_PORT" : "CODEMODE_PORT";
  const text = env[name];
  if (text === undefined) return undefined;
  const isPort = /^\d{1,5}$/.test(text) && Number(text) <= 65535;
  return { key: "port", value: isPort ? Number(text) : NaN, file: "environment", name };
}

function hostOf({ host }: ServerFlags, env: Environment): ServerOverride | undefined {
  if (host !== undefined) return { key: "host", value: host, ...flag("--host") };
  const name = "CODEMODE_HOST";
  const value = env[name];
  return value === undefined ? undefined : { key: "host", value, file: "environment", name };
}

function flag(name: string) {
  return { file: "command line", name } as const;
}

function problemOf({ file, name }: ServerOverride, message: string): ConfigProblem {
  return { file, line: 0, column: 0, path: name, message };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
