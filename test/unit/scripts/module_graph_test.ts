import assert from "node:assert/strict";
import { toPackedImports } from "../../../scripts/npm/module_graph.ts";

Deno.test("relative imports of declarations name modules, others stay", () => {
  assert.equal(
    toPackedImports(
      'import type { A } from "./a.ts";\nexport * from "../b/mod.ts";\ntype C = import("./c.ts").C;\nimport { z } from "zod";',
    ),
    'import type { A } from "./a.js";\nexport * from "../b/mod.js";\ntype C = import("./c.js").C;\nimport { z } from "zod";',
  );
});
