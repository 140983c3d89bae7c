import assert from "node:assert/strict";
import { findDependencies, toManifest } from "../../../scripts/npm/package_manifest.ts";

const config = {
  name: "@a/b",
  version: "1.2.3",
  license: "MIT",
  exports: { ".": "./src/mod.ts", "./client": "./src/client/mod.ts" },
  imports: { "@s/one": "npm:@s/one@1.0.0", two: "npm:two@2.0.0", three: "npm:three@3.0.0" },
};

Deno.test("dependencies are those the sources name, imported or required, with exact versions", () => {
  const sources = ['import { a } from "two/sub";', 'require("@s/one")', 'const s = "three-four";'];
  assert.deepEqual(findDependencies(config, sources), { "@s/one": "1.0.0", two: "2.0.0" });
  assert.deepEqual(findDependencies(config, []), {});
});

Deno.test("the manifest", () => {
  assert.deepEqual(toManifest(config, ['import "two";']), {
    name: "@a/b",
    version: "1.2.3",
    description:
      "Checks a program an agent wrote against typed tool declarations and runs it in a Deno sandbox",
    keywords: ["agent", "code-mode", "deno", "mcp", "sandbox"],
    license: "MIT",
    type: "module",
    sideEffects: false,
    engines: { node: ">=20" },
    exports: {
      ".": { types: "./src/mod.d.ts", default: "./src/mod.js" },
      "./client": { types: "./src/client/mod.d.ts", default: "./src/client/mod.js" },
    },
    main: "./src/mod.js",
    types: "./src/mod.d.ts",
    bin: { codemode: "src/main.js" },
    files: ["src", "workers"],
    dependencies: { two: "2.0.0" },
    peerDependencies: { deno: ">=2.9.6 <3" },
    peerDependenciesMeta: { deno: { optional: true } },
  });
});

Deno.test("engines of Python are peers that nobody has to install", () => {
  const imports = { ...config.imports, pyodide: "npm:pyodide@4.5.6" };
  const { dependencies, peerDependencies, peerDependenciesMeta } = toManifest(
    { ...config, imports },
    ['import "two"; import("pyodide");'],
  );
  assert.deepEqual({ dependencies, peerDependencies, peerDependenciesMeta }, {
    dependencies: { two: "2.0.0" },
    peerDependencies: { deno: ">=2.9.6 <3", pyodide: "4.5.6" },
    peerDependenciesMeta: { deno: { optional: true }, pyodide: { optional: true } },
  });
});
