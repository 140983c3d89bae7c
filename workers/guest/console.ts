/** `console` of a program: formats to text, keeps level and order, sends each entry as a log frame. */

import type { GuestLogLevel } from "../../src/protocol/frames.ts";
import { create } from "../../src/protocol/primordials.ts";
import { formatArguments, inspect } from "./inspect.ts";

/** Takes one formatted entry. */
export type SendLog = (level: GuestLogLevel, text: string) => void;

type Method = (...args: unknown[]) => void;

/** The methods of a program's console. */
export function createConsole(send: SendLog): Readonly<Record<string, Method>> {
  const counts = create(null) as Record<string, number>;
  const started = create(null) as Record<string, number>;
  const now = performance.now.bind(performance);
  let indent = "";

  const at = (level: GuestLogLevel): Method => (...args) => {
    send(level, indent + formatArguments(args));
  };
  const group: Method = (...args) => {
    if (args.length > 0) at("log")(...args);
    if (indent.length < 20) indent += "  ";
  };
  const elapsed = (label: string) =>
    `${label}: ${(now() - (started[label] ?? now())).toFixed(2)}ms`;
  return {
    debug: at("debug"),
    log: at("log"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    trace: at("debug"),
    table: at("log"),
    dirxml: at("log"),
    dir: (value) => send("log", indent + inspect(value)),
    assert: (condition, ...args) => {
      if (!condition) at("error")("Assertion failed", ...args);
    },
    count: (label = "default") => {
      const key = `${label}`;
      counts[key] = (counts[key] ?? 0) + 1;
      send("log", `${indent}${key}: ${counts[key]}`);
    },
    countReset: (label = "default") => void delete counts[`${label}`],
    group,
    groupCollapsed: group,
    groupEnd: () => void (indent = indent.slice(2)),
    time: (label = "default") => void (started[`${label}`] = now()),
    timeLog: (label = "default") => send("log", indent + elapsed(`${label}`)),
    timeEnd: (label = "default") => {
      send("log", indent + elapsed(`${label}`));
      delete started[`${label}`];
    },
    clear: () => {},
  };
}
