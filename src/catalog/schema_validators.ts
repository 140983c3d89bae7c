/**
 * Values against JSON Schemas of hostile servers. Compiled schemas are kept in a bounded cache; one
 * that cannot be compiled accepts everything, with a warning in the log, so that it never takes its
 * tool away.
 */

import { createHash } from "node:crypto";
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import ajvFormats from "ajv-formats";
import type { Logger } from "../base/log.ts";
import type { JsonSchema } from "../contract/mod.ts";
import { boundedPattern, CheckBudget, WorkSpent } from "./check_budget.ts";
import { faultSteps } from "./fault_budget.ts";
import { prepareSchema, STEP_KEYWORD, type StepWork } from "./prepare_schema.ts";

/** Compiled schemas kept. */
export const MAX_COMPILED_SCHEMAS = 1_024;

/** Faults reported of one value. */
export const MAX_ISSUES = 16;

/** Items of an array whose items are compared with each other. */
export const MAX_UNIQUE_ITEMS = 1_000;

/** One fault of a value. `path` is a JSON Pointer into it; empty is the value itself. */
export interface SchemaIssue {
  readonly path: string;
  readonly message: string;
}

const TOO_MUCH_WORK: SchemaIssue = Object.freeze({
  path: "",
  message: "takes more work to check against its schema than is done for one value",
});

type Check = ((value: unknown) => readonly SchemaIssue[]) | "acceptAnything";

/** The dialects of one way to validate. */
interface Dialects {
  readonly draft07: Ajv;
  readonly draft2020: Ajv;
}

/** Checks values, compiling each schema once. */
export class SchemaValidators {
  readonly #logger: Logger;
  readonly #hashes = new WeakMap<object, string>();
  readonly #checks = new Map<string, Check>();
  readonly #budget = new CheckBudget();
  readonly #first: Dialects;
  readonly #every: Dialects;

  constructor(logger: Logger) {
    this.#logger = logger;
    this.#first = this.#dialects(false);
    this.#every = this.#dialects(true);
  }

  #dialects(allErrors: boolean): Dialects {
    const budget = this.#budget;
    const options = { ...ajvOptions(budget), allErrors };
    return {
      draft07: prepareAjv(new Ajv(options), budget),
      draft2020: prepareAjv(new Ajv2020(options), budget),
    };
  }

  /** What is wrong with `value`; nothing when it is valid or `schema` cannot be used. `label` names the schema in the log. */
  check(schema: JsonSchema, value: unknown, label: string): readonly SchemaIssue[] {
    if (schema === true) return [];
    if (schema === false) return [{ path: "", message: "must not be given" }];
    const check = this.#checkOf(schema, label);
    if (check === "acceptAnything") return [];
    this.#budget.begin();
    try {
      return check(value);
    } catch (error) {
      // Not accepted, else work would be a way around every other fault.
      if (error instanceof WorkSpent) return [TOO_MUCH_WORK];
      this.#warn(label, error instanceof Error ? error.message : String(error));
      return [];
    }
  }

  #checkOf(schema: object & JsonSchema, label: string): Check {
    const hash = this.#hashOf(schema);
    const known = this.#checks.get(hash);
    const check = known ?? this.#compile(schema, label);
    // Last used is last in the map, so the first is the one to let go.
    this.#checks.delete(hash);
    this.#checks.set(hash, check);
    const [oldest] = this.#checks.keys();
    if (this.#checks.size > MAX_COMPILED_SCHEMAS && oldest !== undefined) {
      this.#checks.delete(oldest);
    }
    return check;
  }

  #hashOf(schema: object): string {
    const known = this.#hashes.get(schema);
    if (known !== undefined) return known;
    let hash: string;
    try {
      hash = createHash("sha256").update(JSON.stringify(schema)).digest("hex");
    } catch {
      // Cyclic or too deep to print: it will not compile either.
      hash = "unprintable";
    }
    this.#hashes.set(schema, hash);
    return hash;
  }

  #compile(schema: object & JsonSchema, label: string): Check {
    const prepared = prepareSchema(schema);
    if ("refused" in prepared) return this.#giveUp(label, prepared.refused);
    try {
      const first = compileEither(this.#first, schema, prepared.schema);
      let every: ValidateFunction | undefined;
      const compileEvery = () => every ??= compileEither(this.#every, schema, prepared.schema);
      return (value) => {
        if (first(value)) return [];
        const steps = faultSteps(prepared.schema, value);
        this.#budget.limitSteps(steps);
        const found = steps > 0 ? faultsOf(compileEvery, value) : undefined;
        return toIssues(found ?? first.errors ?? []);
      };
    } catch (error) {
      return this.#giveUp(label, error instanceof Error ? error.message : String(error));
    }
  }

  #giveUp(label: string, reason: string): "acceptAnything" {
    this.#warn(label, reason);
    return "acceptAnything";
  }

  #warn(label: string, reason: string): void {
    this.#logger.warn("Schema cannot be used; everything is accepted", {
      schema: label,
      reason: reason.slice(0, 300),
    });
  }
}

// SAFETY: the first fault ends it, so a hostile value cannot make a list of faults that grows with it;
// all of them are looked for within a budget only (test/unit/catalog: schema_validators).
function ajvOptions(budget: CheckBudget): Options {
  const regExp = (pattern: string, flags: string) => boundedPattern(pattern, flags, budget);
  return {
    strict: false,
    validateSchema: false,
    addUsedSchema: false,
    logger: false,
    messages: true,
    code: { regExp: Object.assign(regExp, { code: "" }) },
  };
}

function prepareAjv(ajv: Ajv, budget: CheckBudget): Ajv {
  // The package is CommonJS, whose default export types see as a namespace.
  (ajvFormats as unknown as (ajv: Ajv, options: { mode: "fast" }) => void)(ajv, { mode: "fast" });
  ajv.removeKeyword("uniqueItems");
  ajv.addKeyword({
    keyword: "uniqueItems",
    type: "array",
    schemaType: "boolean",
    error: { message: "must not have duplicate items" },
    validate: (wanted: boolean, items: readonly unknown[]) => !wanted || areUnique(items, budget),
  });
  ajv.addKeyword({
    keyword: STEP_KEYWORD,
    validate: (work: StepWork, value: unknown) => {
      budget.step(work, value);
      return true;
    },
  });
  moveToFront(ajv, STEP_KEYWORD);
  return ajv;
}

// SAFETY: references can repeat work exponentially, and counting is what ends it; it comes first, because
// nothing is evaluated after a fault (test/unit/catalog: schema_validators).
function moveToFront({ RULES: { rules: groups } }: Ajv, keyword: string): void {
  for (const group of groups) {
    const at = group.rules.findIndex((rule) => rule.keyword === keyword);
    if (at === -1) continue;
    groups.unshift({ rules: group.rules.splice(at, 1) });
    return;
  }
}

function compileWith(ajv: Ajv, schema: JsonSchema): ValidateFunction {
  try {
    return ajv.compile(schema as object);
  } finally {
    // Our own cache is the bounded one.
    ajv.removeSchema(schema as object);
  }
}

/** Without a dialect 2020-12 holds, as the protocol says; many servers mean draft-07 all the same. */
function compileEither(
  { draft07, draft2020 }: Dialects,
  original: object,
  prepared: JsonSchema,
): ValidateFunction {
  const dialect = "$schema" in original ? String(original.$schema) : "";
  if (/draft-0[467]/.test(dialect)) return compileWith(draft07, prepared);
  try {
    return compileWith(draft2020, prepared);
  } catch {
    return compileWith(draft07, prepared);
  }
}

/** Every fault; undefined where that takes more steps than are left. Never throws: a fault is known. */
function faultsOf(
  compile: () => ValidateFunction,
  value: unknown,
): readonly ErrorObject[] | undefined {
  try {
    const every = compile();
    every(value);
    const { errors } = every;
    // They would be kept as long as the schema is.
    every.errors = null;
    return errors ?? undefined;
  } catch {
    return undefined;
  }
}

/** The first faults; one that was found in two ways is told once. */
function toIssues(errors: readonly ErrorObject[]): readonly SchemaIssue[] {
  const issues = new Map<string, SchemaIssue>();
  for (const error of errors) {
    const issue = toIssue(error);
    issues.set(`${issue.path} ${issue.message}`, issue);
    if (issues.size === MAX_ISSUES) break;
  }
  return [...issues.values()];
}

function toIssue({ instancePath, keyword, params, message }: ErrorObject): SchemaIssue {
  const path = instancePath.slice(0, 500);
  if (keyword === "additionalProperties" || keyword === "unevaluatedProperties") {
    const name = params.additionalProperty ?? params.unevaluatedProperty;
    return { path, message: unwantedMember(String(name)) };
  }
  if (keyword === "enum") {
    const allowed = JSON.stringify(params.allowedValues).slice(0, 500);
    return { path, message: `must be one of ${allowed}` };
  }
  return { path, message: (message ?? `does not match "${keyword}"`).slice(0, 500) };
}

/** What is said of a member that a closed object does not list. */
export function unwantedMember(name: string): string {
  return `must not have the property ${JSON.stringify(name)}`.slice(0, 500);
}

function areUnique(items: readonly unknown[], budget: CheckBudget): boolean {
  if (items.length > MAX_UNIQUE_ITEMS) return true;
  const texts = new Set<string>();
  for (const item of items) {
    const text = JSON.stringify(item);
    budget.spend(text.length);
    texts.add(text);
  }
  return texts.size === items.length;
}
