import assert from "node:assert/strict";
import { nearestName } from "../../../src/base/nearest.ts";

const NAMES = ["search_nodes", "create_entities", "read_graph", "delete_entities", "add"];

const NEAREST: readonly (readonly [name: string, nearest: string | undefined])[] = [
  ["serch_nodes", "search_nodes"],
  ["searchNodes", "search_nodes"],
  ["nodes_search", "search_nodes"],
  ["findNodes", "search_nodes"],
  ["createEntity", "create_entities"],
  ["deleteEntity", "delete_entities"],
  ["graphRead", "read_graph"],
  ["ADD", "add"],
  ["multiply", undefined],
  ["", undefined],
  ["x".repeat(100_000), undefined],
];

for (const [name, nearest] of NEAREST) {
  Deno.test(`nearest to ${name.slice(0, 30)}`, () =>
    assert.equal(nearestName(name, NAMES), nearest));
}
