/** The operations of a document as tools; what cannot be one is left out and told. */

import { nextTurn } from "../base/next_turn.ts";
import type { JsonSchema, ToolAnnotations } from "../contract/mod.ts";
import { type ApiDocument, DocumentFault, entriesOf, isObject, itemsOf } from "./api_document.ts";
import { type JsonObject, textOf } from "./api_document.ts";
import type { Operation, ParameterPlace, Requirement } from "./operation.ts";
import { BODY_KEY, type ReadBody, readBody } from "./read_body.ts";
import { Once } from "./once.ts";
import { type ReadParameter, readParameters } from "./read_parameters.ts";
import { type ReadResponses, readResponses } from "./read_responses.ts";
import { type OpenSchema, SchemaConverter } from "./schema_converter.ts";

/** Operations of one document. */
export const MAX_OPERATIONS = 2_000;
/** Characters of a tool's description. */
const MAX_DESCRIPTION = 2_000;
/** Tags of an operation that count. */
const MAX_TAGS = 256;
/** Problems kept. */
const MAX_PROBLEMS = 50;

/** Characters of an id that are shown. */
const MAX_SHOWN_ID = 80;

const METHODS = ["get", "head", "post", "put", "patch", "delete", "options"] as const;
const SAFE = new Set(["GET", "HEAD"]);

/** Which operations become tools. */
export interface OperationChoice {
  /** Whether only those that change nothing do. */
  readonly readOnly: boolean;
  /** Names with `*`, or `tag:` and a tag with `*`. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Parameters that the host gives itself. */
  readonly hostSets: (place: ParameterPlace, name: string) => boolean;
}

/** Operations and what is wrong with others. */
export interface ReadOperations {
  readonly operations: readonly Operation[];
  readonly problems: readonly string[];
}

/** Reads the operations of a document, sorted by name. Others have their turn between them. */
export async function readOperations(
  document: ApiDocument,
  choice: OperationChoice,
): Promise<ReadOperations> {
  return await new OperationReader(document, choice).read();
}

interface Place {
  readonly path: string;
  readonly method: string;
  readonly item: JsonObject;
  readonly given: JsonObject;
}

class OperationReader {
  readonly #document: ApiDocument;
  readonly #choice: OperationChoice;
  readonly #requests: SchemaConverter;
  readonly #responses: SchemaConverter;
  readonly #bodies = new Once<ReadBody | undefined>();
  readonly #answers = new Once<ReadResponses>();
  readonly #securities = new Once<readonly Requirement[] | undefined>();
  readonly #problems: string[] = [];
  readonly #operations = new Map<string, Operation>();

  constructor(document: ApiDocument, choice: OperationChoice) {
    this.#document = document;
    this.#choice = choice;
    this.#requests = new SchemaConverter(document, "request");
    this.#responses = new SchemaConverter(document, "response");
  }

  async read(): Promise<ReadOperations> {
    for (const place of this.#places()) {
      await nextTurn();
      if (this.#operations.size >= MAX_OPERATIONS) {
        this.#tell(`it has more than ${MAX_OPERATIONS} operations; the rest is left out`);
        break;
      }
      this.#add(place);
    }
    const operations = [...this.#operations.values()].sort((a, b) => a.name < b.name ? -1 : 1);
    return { operations: Object.freeze(operations), problems: Object.freeze(this.#problems) };
  }

  *#places(): Iterable<Place> {
    for (const [path, given] of entriesOf(this.#document.root["paths"])) {
      const item = this.#try(path, () => this.#document.object(given, "it"));
      if (item === undefined) continue;
      for (const method of METHODS) {
        const operation = Object.hasOwn(item, method) ? item[method] : undefined;
        if (isObject(operation)) {
          yield { path, method: method.toUpperCase(), item, given: operation };
        }
      }
    }
  }

  #add(place: Place): void {
    const tags = itemsOf(place.given["tags"]).slice(0, MAX_TAGS)
      .filter((tag) => typeof tag === "string");
    const name = this.#nameOf(place);
    const { readOnly, include, exclude } = this.#choice;
    if (readOnly && !SAFE.has(place.method)) return;
    if (!fitsAny(include, name, tags) || fitsAny(exclude, name, tags)) return;
    const where = `${place.method} ${place.path}`;
    const operation = this.#try(where, () => this.#operation(place, name, tags));
    if (!operation) return;
    this.#operations.set(name, operation);
    const id = textOf(place.given["operationId"]).trim();
    if (id === "" || id === name) return;
    const shown = id.slice(0, MAX_SHOWN_ID);
    this.#tell(
      `${where.slice(0, 200)} is named "${name}": another operation has the id "${shown}"`,
    );
  }

  /** The document's name, or method and path where it has none or has it twice. */
  #nameOf({ given, method, path }: Place): string {
    const id = textOf(given["operationId"]).trim();
    if (id !== "" && !this.#operations.has(id)) return id;
    const words = path.replaceAll(/[^A-Za-z0-9]+/g, "_").replaceAll(/^_+|_+$/g, "");
    const base = words === "" ? method.toLowerCase() : `${method.toLowerCase()}_${words}`;
    let name = base;
    for (let count = 2; this.#operations.has(name); count += 1) name = `${base}_${count}`;
    return name;
  }

  #operation({ path, method, item, given }: Place, name: string, tags: string[]): Operation {
    if (!path.startsWith("/")) throw new DocumentFault("its path does not begin with a slash");
    const lists = [item["parameters"], given["parameters"]];
    const parameters = readParameters(this.#document, lists, this.#choice.hostSets);
    assertPath(path, parameters);
    const body = SAFE.has(method) ? undefined : this.#body(given["requestBody"]);
    const security = this.#security(given["security"] ?? this.#document.root["security"]);
    const server = itemsOf(given["servers"])[0] ?? itemsOf(item["servers"])[0];
    return Object.freeze({
      name,
      description: describe(given, method, path),
      method,
      path,
      tags,
      parameters: parameters.map(({ parameter }) => parameter),
      ...(body === undefined ? {} : { body: body.body }),
      inputSchema: this.#inputSchema(parameters, body),
      ...this.#answer(given["responses"]),
      annotations: annotationsOf(method, textOf(given["summary"])),
      ...(security === undefined ? {} : { security }),
      ...(server === undefined ? {} : { server }),
    });
  }

  #body(given: unknown): ReadBody | undefined {
    const body = this.#document.follow(given);
    return this.#bodies.get(body, () => readBody(this.#document, body, this.#requests));
  }

  #answer(given: unknown): ReadResponses {
    return this.#answers.get(given, () => readResponses(this.#document, given, this.#responses));
  }

  #security(given: unknown): readonly Requirement[] | undefined {
    return this.#securities.get(given, () => requirementsOf(given));
  }

  #inputSchema(parameters: readonly ReadParameter[], body: ReadBody | undefined): JsonSchema {
    const members = parameters.map(({ parameter, schema, description }) => ({
      key: parameter.key,
      required: parameter.required,
      open: described(this.#requests.convert(schema), description),
    }));
    if (body) {
      const open = described(body.schema, body.description);
      members.push({ key: BODY_KEY, required: body.body.required, open });
    }
    const required = members.filter((member) => member.required).map(({ key }) => key);
    const schema = {
      type: "object",
      properties: Object.fromEntries(members.map(({ key, open }) => [key, open.schema])),
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: false,
    };
    const uses = new Set(members.flatMap(({ open }) => [...open.uses]));
    const size = members.reduce((sum, { key, open }) => sum + 2 * key.length + open.size, 0);
    return this.#requests.complete({ schema, uses, size });
  }

  #try<T>(where: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof DocumentFault)) throw error;
      this.#tell(`${where.slice(0, 200)} is left out: ${error.message}`);
      return undefined;
    }
  }

  #tell(problem: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
  }
}

function assertPath(path: string, parameters: readonly ReadParameter[]): void {
  const named = new Set(
    parameters.flatMap(({ parameter }) => parameter.in === "path" ? [parameter.name] : []),
  );
  const unnamed = [...path.matchAll(/\{([^{}]*)\}/g)].find(([, name = ""]) => !named.has(name));
  if (unnamed) throw new DocumentFault(`its path has ${unnamed[0]}, which is no parameter`);
}

/** A description beside a reference would be lost to readers of older schemas, and says little there. */
function described(open: OpenSchema, description: string): OpenSchema {
  const { schema } = open;
  if (description === "") return open;
  const base = schema === true ? {} : schema;
  if (typeof base === "boolean" || "$ref" in base) return open;
  const text = description.slice(0, MAX_DESCRIPTION);
  return { ...open, schema: { ...base, description: text }, size: open.size + text.length };
}

function describe(given: JsonObject, method: string, path: string): string {
  const texts = [textOf(given["summary"]), textOf(given["description"])]
    .map((text) => text.slice(0, 2 * MAX_DESCRIPTION).trim()).filter((text, index, all) =>
      text !== "" && all.indexOf(text) === index
    );
  const text = texts.length === 0 ? `${method} ${path}` : texts.join("\n\n");
  const deprecated = given["deprecated"] === true ? "Deprecated. " : "";
  return (deprecated + text).slice(0, MAX_DESCRIPTION);
}

/** A POST may do anything, so it counts as destructive, as a tool without hints does. */
function annotationsOf(method: string, title: string): ToolAnnotations {
  const isSafe = SAFE.has(method);
  return Object.freeze({
    ...(title === "" ? {} : { title: title.slice(0, 200) }),
    readOnlyHint: isSafe,
    destructiveHint: !isSafe,
    idempotentHint: isSafe || method === "PUT" || method === "DELETE",
    openWorldHint: true,
  });
}

function requirementsOf(security: unknown): readonly Requirement[] | undefined {
  if (!Array.isArray(security)) return undefined;
  return security.filter(isObject).map((requirement) => Object.keys(requirement));
}

function fitsAny(patterns: readonly string[], name: string, tags: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.startsWith("tag:")
      ? tags.some((tag) => fits(pattern.slice("tag:".length), tag))
      : fits(pattern, name)
  );
}

/** Each `*` is any text. The parts between are looked for from left to right, so the work is bounded. */
function fits(pattern: string, text: string): boolean {
  const parts = pattern.split("*");
  const [first = "", ...rest] = parts;
  if (rest.length === 0) return text === pattern;
  const last = rest.pop() ?? "";
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}
