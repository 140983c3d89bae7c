/** The toolbox as its reader sees it, beside the one that programs are checked against. */

import assert from "node:assert/strict";
import type { Tool } from "../../../src/contract/mod.ts";
import { ObservedToolboxes } from "../../../src/engine/observed_toolbox.ts";
import { printDeclarations } from "../../../src/engine/print_declarations.ts";
import { createToolbox } from "../../../src/engine/toolbox.ts";
import { ShapeMemory } from "../../../src/shapes/mod.ts";
import { nameTools } from "../../../src/typegen/mod.ts";

const [LIST, READ] = ["list_files", "read_file"].map((name): Tool => ({
  server: "files",
  name,
  description: "",
  inputSchema: { type: "object" },
  source: "mcp",
})) as [Tool, Tool];
const BASE = createToolbox(
  nameTools([{ server: "files", description: "", tools: [LIST, READ] }]),
);
const SEEN = "Promise<Observed<{ size: number }[]>>";

function learned(): { readonly shapes: ShapeMemory; readonly toolboxes: ObservedToolboxes } {
  const shapes = new ShapeMemory();
  shapes.observe("ann", LIST, [{ size: 1 }]);
  return { shapes, toolboxes: new ObservedToolboxes(shapes) };
}

Deno.test("whoever has seen nothing reads the plain toolbox", () => {
  assert.equal(learned().toolboxes.of("bob", BASE), BASE);
});

Deno.test("every way to read a tool shows what its results looked like", () => {
  const toolbox = learned().toolboxes.of("ann", BASE);
  const texts = [
    toolbox.declarations.text,
    printDeclarations(toolbox),
    printDeclarations(toolbox, 10_000),
    printDeclarations(toolbox.select({ tools: ["files.list_files"] }).toolbox),
    toolbox.search("list files", 1)[0]?.signature,
  ];
  for (const text of texts) assert.ok(text?.includes(SEEN), text);
  assert.match(printDeclarations(toolbox, undefined, "python"), /# observed in 1 result; /);
  const ways = [
    toolbox.find("files", "list_files"),
    toolbox.findOn("files", "list_files"),
    toolbox.findByPath("mcp.files.list_files"),
  ];
  for (const found of ways) {
    assert.equal(found?.named.tool, LIST);
    assert.equal(found.named.observed?.results, 1);
  }
  assert.equal(toolbox.find("files", "read_file"), BASE.find("files", "read_file"));
  assert.equal(toolbox.find("files", "nothing"), undefined);
});

Deno.test("the checker and the sandbox read nothing of it", () => {
  const toolbox = learned().toolboxes.of("ann", BASE);
  for (const language of ["typescript", "python", "bash"] as const) {
    assert.equal(toolbox.declarationsIn(language), BASE.declarationsIn(language));
    assert.equal(toolbox.guestNamespacesIn(language), BASE.guestNamespacesIn(language));
  }
  assert.ok(!BASE.declarations.text.includes("Observed"));
  assert.equal(toolbox.guestNamespaces, BASE.guestNamespaces);
  assert.equal(toolbox.silent, BASE.silent);
});

Deno.test("a toolbox is kept until what it tells changes", () => {
  const { shapes, toolboxes } = learned();
  const first = toolboxes.of("ann", BASE);
  assert.equal(toolboxes.of("ann", BASE), first);
  shapes.observe("ann", READ, "text");
  const second = toolboxes.of("ann", BASE);
  assert.notEqual(second, first);
  assert.match(second.declarations.text, /Promise<Observed<string>>/);
  const other = createToolbox(BASE.namespaces);
  assert.notEqual(toolboxes.of("ann", other), second);
});

Deno.test("bytes are shown as what a program gets", () => {
  const shapes = new ShapeMemory();
  shapes.observe("ann", READ, new Uint8Array(1));
  const toolbox = new ObservedToolboxes(shapes).of("ann", BASE);
  assert.match(toolbox.declarations.text, /Promise<Observed<Uint8Array>>/);
  assert.match(
    printDeclarations(toolbox, undefined, "python"),
    /# observed in 1 result; not promised: bytes\n/,
  );
});
