/** Functions given to an executor → namespaces of the guest, with the names the field expects. */

import type { GuestNamespace } from "../protocol/frames.ts";
import { sanitizeToolName } from "../typegen/mod.ts";

/** The one name with two underscores that is a provider's: frameworks put an HTTP API behind it. */
const API_HOST = "__openapiHost";

/** A function a program may call. It sees the arguments as written. */
// deno-lint-ignore no-explicit-any -- callers pass functions of any parameters, as the interface of the field has it
export type ToolFunction = (...args: any[]) => unknown;

/** A named group of functions. */
export interface Provider {
  /** @default "codemode" */
  readonly name?: string;
  readonly fns: Readonly<Record<string, ToolFunction>>;
  /** Code of the guest, which some frameworks have. Refused: namespaces here are frozen. */
  readonly prelude?: string | undefined;
}

/** Functions for `codemode`, or providers. */
export type Providers = Readonly<Record<string, ToolFunction>> | readonly Provider[];

/** Providers ready for a sandbox. */
export interface ReadyProviders {
  readonly namespaces: readonly GuestNamespace[];
  find(namespace: string, name: string): ToolFunction | undefined;
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** Names that the language or the sandbox needs itself; those with two underscores too. */
const RESERVED = new Set(
  ("arguments await break case catch class const continue debugger default delete do else enum eval " +
    "export extends false finally for function if implements import in instanceof interface let mcp " +
    "new null package private protected public return static super switch this throw true try typeof " +
    "undefined var void while with yield globalThis console context Object Array Promise JSON Error " +
    "Math Date Map Set Symbol Proxy Reflect String Number Boolean Function").split(" "),
);

/** Checks names and builds the lookup; a bad name is a `TypeError`. */
export function toProviders(given: Providers): ReadyProviders {
  const list: readonly Provider[] = Array.isArray(given)
    ? given
    : [{ fns: given as Readonly<Record<string, ToolFunction>> }];
  const index = new Map<string, ReadonlyMap<string, ToolFunction>>();
  for (const { name = "codemode", fns, prelude } of list) {
    assertName(name);
    if (prelude) throw new TypeError(`Cannot run the prelude of provider "${name}": it is frozen`);
    if (index.has(name)) throw new TypeError(`Duplicate provider name "${name}"`);
    index.set(name, byLegalName(name, Object.entries(fns)));
  }
  const namespaces = [...index].map(([name, fns]) => ({
    name,
    tools: [...fns.keys()].map((tool) => ({ name: tool, aliases: [] })),
    global: true,
    member: false,
  }));
  return { namespaces, find: (namespace, name) => index.get(namespace)?.get(name) };
}

function assertName(name: string): void {
  if (!IDENTIFIER.test(name)) {
    throw new TypeError(`Provider name "${name}" is not a valid JavaScript identifier`);
  }
  if (RESERVED.has(name) || (name.startsWith("__") && name !== API_HOST)) {
    throw new TypeError(`Provider name "${name}" is reserved`);
  }
}

/** Members by the names that programs call them by; two of one name are a `TypeError`. */
export function byLegalName<Member>(
  provider: string,
  members: readonly (readonly [name: string, member: Member])[],
): ReadonlyMap<string, Member> {
  const origins = new Map<string, string>();
  const ready = new Map<string, Member>();
  for (const [name, member] of members) {
    const legal = sanitizeToolName(name);
    const earlier = origins.get(legal);
    if (earlier !== undefined) {
      throw new TypeError(
        `Tool names "${earlier}" and "${name}" both sanitize to "${legal}" in provider "${provider}"`,
      );
    }
    origins.set(legal, name);
    ready.set(legal, member);
  }
  return ready;
}
