import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  assignNames,
  canBeGlobal,
  sanitizeToolName,
  toCamelCase,
  toGuestName,
} from "../../../src/typegen/identifiers.ts";
import { complaints } from "./type_checker.ts";

Deno.test("sanitizeToolName answers as recorded", () => {
  const path = new URL("../../fixtures/vectors/sanitize_tool_name.json", import.meta.url);
  const vectors: { id: string; input: string; expected: string }[] = JSON.parse(
    readFileSync(path, "utf8"),
  );
  assert.equal(vectors.length, 82);
  for (const { id, input, expected } of vectors) {
    assert.equal(sanitizeToolName(input), expected, id);
  }
});

Deno.test("toGuestName makes every name legal and harmless", () => {
  const names: Record<string, string> = {
    "get-weather": "get_weather",
    "hello@world!": "hello_world",
    "a--b": "a_b",
    "a__b": "a__b",
    "3d-render": "_3d_render",
    "": "_",
    "...": "_",
    "-class": "_class",
    class: "class_",
    then: "then_",
    constructor: "constructor_",
    prototype: "prototype_",
    toString: "toString_",
    hasOwnProperty: "hasOwnProperty_",
    toJSON: "toJSON_",
    ["__proto__"]: "__proto___",
    "then-": "then_",
    "日本語": "日本語",
    "cafe\u0301": "café",
    "\ud800": "_",
    "a\u202Eb": "a_b",
    "a\u200Db": "a_b",
    "a\0b": "a_b",
    "😀": "_",
  };
  for (const [raw, name] of Object.entries(names)) assert.equal(toGuestName(raw), name, raw);
  assert.equal(toGuestName("x".repeat(81)).length, 47);
});

Deno.test("assignNames keeps names apart, whatever their order", () => {
  const raws = ["get.weather", "get-weather", "get_weather", "a b", "a.b", "class", "class_"];
  const names = assignNames(raws);
  assert.deepEqual(Object.fromEntries(names), {
    get_weather: "get_weather",
    "get-weather": "get_weather_5cfcb9",
    "get.weather": "get_weather_f2a13f",
    "a b": "a_b",
    "a.b": "a_b_12734d",
    class_: "class_",
    class: "class_27afc9",
  });
  assert.deepEqual(assignNames(raws.toReversed()), names);
});

Deno.test("assignNames finds another name when the digest's own is taken", () => {
  const [plain] = [assignNames(["a-b", "a_b"]).get("a-b") ?? ""];
  const names = assignNames(["a-b", "a_b", plain]);
  assert.equal(names.get(plain), plain);
  assert.equal(new Set(names.values()).size, 3);
});

Deno.test("assignNames tells lone surrogates apart", () => {
  assert.equal(new Set(assignNames(["\ud800", "\ud801", "_"]).values()).size, 3);
});

Deno.test("toCamelCase gives another spelling or none", () => {
  const spellings: Record<string, string | undefined> = {
    get_weather: "getWeather",
    get__weather: "getWeather",
    _private_thing: "_privateThing",
    delete_: "delete",
    GetUser: "getUser",
    API_post_search: "apiPostSearch",
    echo: undefined,
    getWeather: undefined,
    to_string: undefined,
    then_: undefined,
    _: undefined,
  };
  for (const [name, camel] of Object.entries(spellings)) {
    assert.equal(toCamelCase(name), camel, name);
  }
});

Deno.test("canBeGlobal refuses every global of JavaScript and of this runtime", () => {
  const known = Object.getOwnPropertyNames(globalThis).filter((name) => !name.startsWith("__"));
  assert.deepEqual(known.filter(canBeGlobal), []);
  for (
    const name of ["mcp", "codemode", "context", "console", "document", "name", "delete", "日本語"]
  ) {
    assert.equal(canBeGlobal(name), false, name);
  }
  for (const name of ["memory", "filesystem", "everything", "time"]) {
    assert.equal(canBeGlobal(name), true, name);
  }
});

Deno.test("names that can be global are free in the language's own declarations", () => {
  const names = ["memory", "filesystem", "everything", "time", "weather", "everything_else"];
  const text = names.map((name) => `declare const ${name}: string;`).join("\n");
  assert.deepEqual(complaints({ "globals.ts": text }), []);
});
