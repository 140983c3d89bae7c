/** A warm check through our checker beside a bare ts-morph check of the same file. */

import { Project, ScriptTarget, ts } from "ts-morph";
import { createChecker } from "../../src/checker/mod.ts";
import { createDeclarations, nameTools } from "../../src/typegen/mod.ts";
import { sequential, type Series, toSeries } from "./measure.ts";

/** Tools declared while checking. */
const TOOLS = 200;

/** Both series. */
export interface CheckFigures {
  readonly tools: number;
  readonly ours: Series;
  readonly bare: Series;
}

/** Checks `count` different programs both ways, ten by ten in turn. */
export async function benchCheck(count: number): Promise<CheckFigures> {
  const declarations = createDeclarations(
    nameTools([{ server: "bench", description: "", tools: tools() }]),
  );
  await using checker = createChecker({ thread: true });
  let round = 0;
  const ours = async () => {
    const result = await checker.check({
      code: program(round++),
      language: "typescript",
      declarations,
      ambient: { runtime: "deno", network: false },
      mode: "error",
    });
    if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  };
  const bare = bareChecker(declarations.text);
  await sequential(10, ours);
  await sequential(10, () => Promise.resolve(bare(program(round++))));
  const laps: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  for (let lap = 0; lap < count; lap += 10) {
    laps.ours.push(...await sequential(10, ours));
    laps.bare.push(...await sequential(10, () => Promise.resolve(bare(program(round++)))));
  }
  return { tools: TOOLS, ours: toSeries(laps.ours), bare: toSeries(laps.bare) };
}

function tools() {
  return Array.from({ length: TOOLS }, (_, index) => ({
    server: "bench",
    name: `tool_${index}`,
    description: `Does thing number ${index}`,
    source: "mcp" as const,
    inputSchema: {
      type: "object",
      properties: { query: { type: "string" }, limit: { type: "integer" } },
      required: ["query"],
    },
    outputSchema: {
      type: "object",
      properties: {
        items: { type: "array", items: { type: "object", properties: { id: { type: "string" } } } },
      },
      required: ["items"],
    },
  }));
}

function program(round: number): string {
  return `const [a, b] = await Promise.all([
  mcp.bench.tool_${round % TOOLS}({ query: "first ${round}" }),
  mcp.bench.tool_${(round * 7) % TOOLS}({ query: "second", limit: ${round} }),
]);
const ids = [...a.items, ...b.items].map((item) => item.id).filter((id) => id !== undefined);
return { count: ids.length, first: ids[0] ?? "none", round: ${round} };`;
}

function bareChecker(declarations: string): (code: string) => void {
  const project = new Project({
    useInMemoryFileSystem: true,
    compilerOptions: {
      strict: true,
      target: ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      lib: ["lib.esnext.d.ts"],
    },
  });
  project.createSourceFile("tools.d.ts", declarations);
  const file = project.createSourceFile("guest.ts", "");
  return (code) => {
    file.replaceWithText(`async function guest() {\n${code}\n}\nexport {};`);
    const found = project.getProgram().compilerObject.getSemanticDiagnostics(file.compilerNode);
    if (found.length > 0) throw new Error(JSON.stringify(found[0]?.messageText));
  };
}
