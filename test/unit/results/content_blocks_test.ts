import assert from "node:assert/strict";
import { toContentBlocks } from "../../../src/results/mod.ts";

const IMAGE = { type: "image", data: "AAAA", mimeType: "image/png" };
const AUDIO = { type: "audio", data: "AAA=", mimeType: "audio/wav" };
const FILE = { type: "resource", resource: { uri: "file:///a", blob: "AA==" } };
const NOTE = { type: "resource", resource: { uri: "file:///b", text: "hello", mimeType: "a/b" } };
const LINK = { type: "resource_link", uri: "file:///c", name: "c", size: 3 };

Deno.test("blocks are taken out wherever they stand, in their order", () => {
  const text = { type: "text", text: "what it shows" };
  const result = { shots: [text, IMAGE, { deep: [AUDIO] }], FILE, NOTE, LINK, other: 1 };
  const { value, content, textTokens } = toContentBlocks(result);
  assert.deepEqual(value, {
    shots: [text, { $content: 0 }, { deep: [{ $content: 1 }] }],
    FILE: { $content: 2 },
    NOTE: { $content: 3 },
    LINK: { $content: 4 },
    other: 1,
  });
  assert.deepEqual(content, [IMAGE, AUDIO, FILE, NOTE, LINK]);
  assert.ok(textTokens > 0);
  assert.deepEqual(result.shots[1], IMAGE);
});

Deno.test("a block can be the whole result", () => {
  assert.deepEqual(toContentBlocks(IMAGE), {
    value: { $content: 0 },
    content: [IMAGE],
    textTokens: 0,
  });
});

Deno.test("a result without blocks stays the same object", () => {
  const result = { a: [{ type: "text", text: "x" }], b: null, c: { type: "image" } };
  const split = toContentBlocks(result);
  assert.equal(split.value, result);
  assert.deepEqual(split.content, []);
  for (const plain of [undefined, null, 1, "image", []]) {
    assert.equal(toContentBlocks(plain).value, plain);
  }
});

const NO_BLOCKS: readonly (readonly [string, unknown])[] = [
  ["no base64", { ...IMAGE, data: "AAA!" }],
  ["base64 of a wrong length", { ...IMAGE, data: "AAA" }],
  ["padding in the middle", { ...IMAGE, data: "A=AA" }],
  ["nothing at all", { ...IMAGE, data: "" }],
  ["a type of another kind", { ...IMAGE, mimeType: "text/html" }],
  ["a sound that says it is an image", { ...AUDIO, mimeType: "image/png" }],
  ["a member that blocks do not have", { ...IMAGE, caption: "x" }],
  ["data that is no text", { ...IMAGE, data: 1 }],
  ["annotations of another form", { ...IMAGE, annotations: { priority: 7 } }],
  ["a resource without content", { type: "resource", resource: { uri: "file:///a" } }],
  ["a link without a name", { type: "resource_link", uri: "file:///a" }],
  ["a type that is inherited", Object.create(IMAGE)],
];

for (const [name, value] of NO_BLOCKS) {
  Deno.test(`left where it is: ${name}`, () => {
    const result = [value];
    assert.deepEqual(toContentBlocks(result), { value: result, content: [], textTokens: 0 });
  });
}

Deno.test("so many blocks and no more", () => {
  const result = Array.from({ length: 20 }, () => IMAGE);
  const { value, content } = toContentBlocks(result);
  assert.equal(content.length, 16);
  assert.deepEqual((value as unknown[]).slice(15), [{ $content: 15 }, IMAGE, IMAGE, IMAGE, IMAGE]);
});

Deno.test("so many bytes and no more; a smaller one that follows still comes", () => {
  const big = { ...IMAGE, data: "A".repeat(900) };
  const { value, content } = toContentBlocks([big, big, IMAGE], { maxLength: 1200 });
  assert.deepEqual(content, [big, IMAGE]);
  assert.deepEqual(value, [{ $content: 0 }, big, { $content: 1 }]);
});

Deno.test("texts of resources count as tokens, and stay where they are when they are too many", () => {
  const long = { type: "resource", resource: { uri: "file:///a", text: "word ".repeat(5000) } };
  const { value, content } = toContentBlocks([long, NOTE]);
  assert.deepEqual(content, [NOTE]);
  assert.deepEqual(value, [long, { $content: 0 }]);
  const annotated = { ...IMAGE, annotations: { lastModified: "x y ".repeat(5000) } };
  assert.deepEqual(toContentBlocks([annotated]).content, []);
});

Deno.test("names that objects inherit stay members, and depth is bounded", () => {
  const hostile = JSON.parse(`{"__proto__":${JSON.stringify(IMAGE)},"a":1}`);
  const { value } = toContentBlocks(hostile);
  assert.deepEqual(Object.entries(value as object), [["__proto__", { $content: 0 }], ["a", 1]]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  let deep: unknown = IMAGE;
  for (let depth = 0; depth < 50_000; depth += 1) deep = [deep];
  assert.equal(toContentBlocks(deep).value, deep);
});

Deno.test("two megabytes that are almost base64 are refused in one pass", () => {
  const data = `${"A".repeat(2_000_000 - 4)}AAA!`;
  assert.deepEqual(toContentBlocks([{ ...IMAGE, data }], { maxLength: 20_000_000 }).content, []);
});
