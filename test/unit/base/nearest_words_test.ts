import assert from "node:assert/strict";
import { nearestName } from "../../../src/base/nearest.ts";

const NAMES = ["search_nodes", "create_entities", "read_graph", "delete_entities", "add"];

const NEAREST: readonly (readonly [name: string, nearest: string | undefined])[] = [
  ["serch_nodes", "search_nodes"],
  ["searchNodes", "search_nodes"],
  ["nodes_search", "search_nodes"],
  ["findNodes", undefined],
  ["search_memory_nodes", "search_nodes"],
  ["searchnodes", "search_nodes"],
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

const OPPOSITES: readonly (readonly [name: string, other: string])[] = [
  ["deletePet", "addPet"],
  ["deletePetById", "getPetById"],
  ["delete_relationships", "create_relationships"],
  ["setValue", "getValue"],
  ["unlock_file", "lock_file"],
  ["import_rows", "export_rows"],
  ["remove_all_rows", "rename_all_rows"],
  ["nope", "echo"],
  ["nope", "mode"],
  ["deletePet", "pet"],
];

for (const [name, other] of OPPOSITES) {
  Deno.test(`nearest: ${other} is never suggested for ${name}, nor the other way round`, () => {
    assert.equal(nearestName(name, [other]), undefined);
    assert.equal(nearestName(other, [name]), undefined);
  });
}
