/** One part of a JSON value, named by a path and a page, in as many tokens as are asked for. */

import { CodemodeError } from "../base/errors.ts";
import {
  isSingular,
  parseJsonPath,
  type PathNode,
  printJsonPath,
  type Segment,
  selectNodes,
} from "../base/json_path.ts";
import { DEFAULT_RESULT_TOKENS, type ReadResult, type ResultPage } from "../contract/mod.ts";
import { scanTokens } from "./estimate_tokens.ts";
import { fitResult, type Fitted, LEAST_TOKENS } from "./fit_result.ts";
import { BRACKETS, costOfName, JsonCost, SEPARATOR } from "./json_cost.ts";
import { NameIndex } from "./name_index.ts";

/** Places that one path may lead to. */
const MAX_NODES = 100_000;
/** Characters of a path, and names, that an error repeats. */
const MAX_SHOWN = 200;
const MAX_NAMES = 10;

/** A page without when it ceases to be readable. */
export type Page = Omit<ResultPage, "expiresAt">;

/** Reads a page of `root`; a path or a bound that cannot be read by is `INVALID_REQUEST`. */
export function readPage(
  root: unknown,
  reading: ReadResult,
  names: NameIndex = new NameIndex(),
): Page {
  const { path = "$", offset = 0, limit = Infinity, maxTokens = DEFAULT_RESULT_TOKENS } = reading;
  const segments = parse(path);
  const page = { offset, limit, maxTokens, names };
  const namesOf = (record: object) => names.of(record);
  const window = isSingular(segments) ? {} : { offset, limit: mostMembers(page) };
  const selected = selectNodes(segments, root, { max: MAX_NODES, namesOf, ...window });
  if (selected === undefined) {
    throw invalid(`it leads to more than ${MAX_NODES} places; use slices such as [0:1000]`);
  }
  const { nodes, total } = selected;
  if (!isSingular(segments)) {
    return readMembers(nodes.map((node) => ({ node })), "nodes", page, total);
  }
  const [node] = nodes;
  if (node === undefined) throw invalid(nothingAt(segments, root, names));
  return readNode(node, page);
}

interface PageOf {
  readonly offset: number;
  readonly limit: number;
  readonly maxTokens: number;
  readonly names: NameIndex;
}

/** Every member takes more than a token: more of them than tokens need not be looked at. */
function mostMembers({ limit, maxTokens }: PageOf): number {
  return Math.min(limit, Math.max(1, maxTokens));
}

/** An element, or a member with its name. */
interface Member {
  readonly name?: string;
  readonly node: PathNode;
}

function readNode(node: PathNode, page: PageOf): Page {
  const { location, value } = node;
  if (typeof value === "string") return readText(value, page);
  if (Array.isArray(value)) {
    const end = Math.min(value.length, page.offset + mostMembers(page));
    const members = value.slice(page.offset, end).map((item: unknown, index) => ({
      node: { location: [...location, page.offset + index], value: item },
    }));
    return readMembers(members, "array", page, value.length);
  }
  if (typeof value === "object" && value !== null) {
    const record = value as Readonly<Record<string, unknown>>;
    const names = page.names.of(record);
    const members = names.slice(page.offset, page.offset + mostMembers(page)).map((name) => ({
      name,
      node: { location: [...location, name], value: record[name] },
    }));
    return readMembers(members, "object", page, names.length);
  }
  const type = value === null ? "null" : typeof value as "number" | "boolean";
  return { value, type, tokens: Math.ceil(new JsonCost().of(value, Infinity)), cuts: [] };
}

function readText(text: string, { offset, limit, maxTokens }: PageOf): Page {
  const scan = scanTokens(text, { from: offset, maxLength: limit, maxTokens: maxTokens - 1 });
  const total = text.length;
  return {
    value: text.slice(offset, scan.end),
    type: "string",
    total,
    offset,
    ...(scan.end < total ? { next: scan.end } : {}),
    tokens: Math.ceil(scan.tokens) + 1,
    cuts: [],
  };
}

/** Members as they are while there is room; the first one is cut where it has not room alone. */
function readMembers(
  members: readonly Member[],
  type: "array" | "object" | "nodes",
  { offset, maxTokens, names }: PageOf,
  total: number,
): Page {
  const [first] = members;
  if (first?.name !== undefined && isLongName(first.name, maxTokens)) {
    return passedOver({ offset, total });
  }
  const { taken, left, fitted } = takeMembers(members, maxTokens - BRACKETS, names);
  const next = offset + taken.length;
  return {
    value: toValue(taken, type),
    type,
    total,
    offset,
    ...(next < total && taken.length > 0 ? { next } : {}),
    tokens: Math.ceil(maxTokens - left),
    cuts: [...fitted?.cuts ?? []],
    ...(fitted !== undefined && fitted.moreCuts > 0 ? { moreCuts: fitted.moreCuts } : {}),
  };
}

/** As many members as there is room for, and what is left of it. */
function takeMembers(members: readonly Member[], room: number, names: NameIndex): {
  readonly taken: readonly Member[];
  readonly left: number;
  readonly fitted?: Fitted;
} {
  const costs = new JsonCost(names);
  const taken: Member[] = [];
  let left = room;
  for (const member of members) {
    const { name, node } = member;
    const head = SEPARATOR + (name === undefined ? 0 : costOfName(name, left));
    const cost = head + costs.of(node.value, left);
    if (cost <= left) {
      taken.push(member);
      left -= cost;
    } else if (taken.length > 0) break;
    else {
      const maxTokens = Math.max(LEAST_TOKENS, left - head);
      const fitted = fitResult(node.value, { maxTokens, location: node.location });
      const cut = { ...member, node: { ...node, value: fitted.value } };
      return { taken: [cut], left: left - head - fitted.tokens, fitted };
    }
  }
  return { taken, left };
}

function isLongName(name: string, maxTokens: number): boolean {
  return costOfName(name, maxTokens / 2) > maxTokens / 2;
}

/** A name that has no room is passed over and counted; with more tokens it can be read. */
function passedOver(
  { offset, total }: { readonly offset: number; readonly total: number },
): Page {
  const next = offset + 1 < total ? { next: offset + 1 } : {};
  return {
    value: {},
    type: "object",
    total,
    offset,
    ...next,
    tokens: BRACKETS,
    cuts: [],
    moreCuts: 1,
  };
}

function toValue(members: readonly Member[], type: "array" | "object" | "nodes"): unknown {
  const values = members.map(({ node }) => node.value);
  if (type !== "object") return values;
  // SAFETY: defined and not assigned, so that a member named `__proto__` stays a member.
  return Object.fromEntries(members.map(({ name = "" }, index) => [name, values[index]]));
}

function parse(path: string): readonly Segment[] {
  const segments = parseJsonPath(path);
  if (!("problem" in segments)) return segments;
  const { problem, at } = segments;
  throw invalid(`${problem}, at character ${at + 1} of ${shown(JSON.stringify(path))}`, { at });
}

/** Says how far the path led, and what there is. */
function nothingAt(segments: readonly Segment[], root: unknown, names: NameIndex): string {
  let found: PathNode = { location: [], value: root };
  for (let count = 1; count <= segments.length; count += 1) {
    const [node] = selectNodes(segments.slice(0, count), root)?.nodes ?? [];
    if (node === undefined) break;
    found = node;
  }
  return `there is nothing at it; ${shown(printJsonPath(found.location))} ${
    whatIs(found.value, names)
  }`;
}

function whatIs(value: unknown, index: NameIndex): string {
  if (Array.isArray(value)) return `is an array of ${value.length} elements`;
  if (typeof value !== "object" || value === null) {
    return `is ${value === null ? "null" : `a ${typeof value}`}`;
  }
  const names = index.of(value);
  const told = names.slice(0, MAX_NAMES).map((name) => shown(JSON.stringify(name)));
  const more = names.length > MAX_NAMES ? `, and ${names.length - MAX_NAMES} more` : "";
  return names.length === 0 ? "is an empty object" : `has ${told.join(", ")}${more}`;
}

function shown(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function invalid(reason: string, details: Readonly<Record<string, unknown>> = {}): CodemodeError {
  const message = `Cannot read by this path: ${reason}`;
  return new CodemodeError("INVALID_REQUEST", message, {
    details: { ...details, issues: [{ path: "path", message: reason }] },
  });
}
