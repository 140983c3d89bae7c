/**
 * What a request may have: its language and runtime, its limits inside the operator's, and its
 * capabilities inside the caller's grant. Everything that can be refused before any work is refused
 * here, with the number or name that was too much.
 */

import { CodemodeError } from "../base/errors.ts";
import { type CapabilitySet, narrow, pathsAsAsked, toCapabilitySet } from "../capability/mod.ts";
import type { Config } from "../config/mod.ts";
import type {
  CheckRequest,
  ExecuteRequest,
  Language,
  RuntimeChoice,
  RuntimeName,
} from "../contract/mod.ts";
import type { WireValue } from "../protocol/frames.ts";
import { encodeValue } from "../protocol/values.ts";
import { serversKnownTo } from "./known_servers.ts";
import type { Caller } from "./principal.ts";

/** A request that may run, with everything it was given. */
export interface Admitted {
  readonly code: string;
  readonly language: Language;
  readonly runtime: RuntimeChoice;
  readonly grant: CapabilitySet;
  readonly timeoutMs: number;
  readonly memoryLimitBytes: number;
  readonly check: "error" | "warn" | "off";
  /** Encoded for the sandbox. */
  readonly context: WireValue;
}

/** What admission needs to know of the house. */
export interface AdmissionRules {
  readonly config: Config;
  /** Names of servers and other sources, for `network:<server>` and for absent grants. */
  readonly servers: readonly string[];
  /** Runtimes that can be used, with the languages each runs. */
  readonly runtimes: ReadonlyMap<RuntimeName, readonly Language[]>;
  /** What holds each runtime's sandboxes, where it is not a process. */
  readonly carriers?: ReadonlyMap<RuntimeName, RuntimeChoice["carrier"]>;
}

/**
 * Admits a request or throws `INVALID_REQUEST`, `PAYLOAD_TOO_LARGE`, `CAPABILITY_VIOLATION` or
 * `RUNTIME_UNAVAILABLE`.
 */
export function admit(request: ExecuteRequest, caller: Caller, rules: AdmissionRules): Admitted {
  const { limits } = rules.config.sandbox;
  assertCodeSize(request.code, rules.config.server.maxCodeBytes);
  const language = languageOf(request);
  const grant = grantOf(request, caller, rules);
  return {
    code: request.code,
    language,
    runtime: chooseRuntime(request.runtime, language, rules),
    grant,
    timeoutMs: within("timeout", request.timeout, limits.timeoutMs, limits.maxTimeoutMs),
    memoryLimitBytes: within(
      "memoryLimit",
      request.memoryLimit,
      limits.memoryBytes,
      limits.maxMemoryBytes,
    ),
    check: request.check ?? "error",
    context: encodeContext(request.context ?? {}),
  };
}

function assertCodeSize(code: string, maxBytes: number): void {
  // A UTF-16 unit is at most three bytes of UTF-8, so short code needs no counting.
  if (code.length * 3 <= maxBytes) return;
  const bytes = new TextEncoder().encode(code).length;
  if (bytes <= maxBytes) return;
  throw new CodemodeError(
    "PAYLOAD_TOO_LARGE",
    `The code has ${bytes} bytes, the limit is ${maxBytes}`,
    {
      details: { field: "code", bytes, maxBytes },
    },
  );
}

/** What cannot be encoded, such as a hundred thousand levels of nesting, is the caller's mistake. */
function encodeContext(context: Readonly<Record<string, unknown>>): WireValue {
  try {
    return encodeValue(context, { root: "context" }).wire;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CodemodeError("INVALID_REQUEST", message, {
      details: { issues: [{ path: "context", message }] },
      cause: error,
    });
  }
}

function languageOf(request: CheckRequest): Language {
  const named = [
    request.language,
    request.typescript === false ? "javascript" : undefined,
    request.runtime === "typescript" || request.runtime === "javascript"
      ? request.runtime
      : undefined,
    request.runtime === "python" || request.runtime === "bash" ? request.runtime : undefined,
  ].filter((language) => language !== undefined);
  const [first = "typescript", ...rest] = named as readonly Language[];
  const other = rest.find((language) => language !== first);
  if (other === undefined) return first;
  throw new CodemodeError(
    "INVALID_REQUEST",
    `The request names two languages: ${first} and ${other}`,
    {
      details: {
        issues: [{ path: "language", message: `is ${first}, but another field says ${other}` }],
      },
    },
  );
}

function chooseRuntime(
  asked: ExecuteRequest["runtime"],
  language: Language,
  rules: AdmissionRules,
): RuntimeChoice {
  const pinned = asked === "auto" || asked === "typescript" || asked === "javascript"
    ? undefined
    : asked;
  const able = [...rules.runtimes].filter(([, languages]) => languages.includes(language));
  const [chosen] = able.find(([name]) => pinned === undefined || name === pinned) ?? [];
  if (chosen === undefined) throw unavailable(pinned, language, rules);
  const reason = pinned === undefined
    ? `the runtime here that runs ${language}`
    : "asked for by name";
  return { name: chosen, carrier: rules.carriers?.get(chosen) ?? "process", reason };
}

function unavailable(
  pinned: RuntimeName | undefined,
  language: Language,
  rules: AdmissionRules,
): CodemodeError {
  const subject = pinned === undefined
    ? `No runtime here runs ${language}`
    : `Runtime ${pinned} cannot run ${language} here`;
  const available = [...rules.runtimes].map(([name, languages]) =>
    `${name} (${languages.join(", ")})`
  );
  return new CodemodeError(
    "RUNTIME_UNAVAILABLE",
    `${subject}; available: ${available.join("; ")}`,
    {
      details: { runtime: pinned ?? "auto", language, available },
    },
  );
}

function grantOf(request: ExecuteRequest, caller: Caller, rules: AdmissionRules): CapabilitySet {
  const asked = request.capabilities as readonly string[] | CapabilitySet | undefined;
  if (asked === undefined) return caller.grant;
  const servers = serversKnownTo(caller.grant, asked, rules.servers);
  const scope = { servers, directory: rules.config.directory };
  const set = toCapabilitySet(asked, scope);
  return narrow(set, caller.grant, pathsAsAsked(asked, scope));
}

function within(field: string, asked: number | undefined, usual: number, max: number): number {
  if (asked === undefined) return usual;
  if (asked <= max) return asked;
  throw new CodemodeError("INVALID_REQUEST", `"${field}" is ${asked}, the limit is ${max}`, {
    details: { issues: [{ path: field, message: `is ${asked}, at most ${max}` }] },
  });
}
