/**
 * The TypeScript compiler: the only file that loads it, and the budget that bounds it. The compiler
 * is loaded when first asked for, because the main side of a threaded checker never needs it.
 */

import { createRequire } from "node:module";
import process from "node:process";
import type * as TsMorph from "ts-morph";

export type { ts } from "ts-morph";

/** The compiler's namespace, as ts-morph bundles it. */
export type TypeScript = typeof TsMorph.ts;

/** Files the compiler brings along, by absolute path of its own in-memory file system. */
export type LibraryFiles = ReadonlyMap<string, TsMorph.ts.SourceFile>;

/** Where the in-memory file system keeps the library. */
export const LIBRARY_FOLDER = "/node_modules/typescript/lib";

/** Names the package where tools that follow imports (caching, packing) see it; not called here. */
export const packageReference = (): Promise<unknown> => import("ts-morph");

/** Loads the compiler; further calls give the same one. It sees an empty environment. */
export function loadTypeScript(): TypeScript {
  return requireTsMorph().ts;
}

/** What the parser had to say; the compiler keeps it on the file but does not declare it. */
export function parseDiagnosticsOf(
  file: TsMorph.ts.SourceFile,
): readonly TsMorph.ts.DiagnosticWithLocation[] {
  const parsed = file as { parseDiagnostics?: readonly TsMorph.ts.DiagnosticWithLocation[] };
  return parsed.parseDiagnostics ?? [];
}

/** Parses the ES library (no DOM); about a quarter of a second. */
export function loadLibraryFiles(): LibraryFiles {
  const { Project, ts } = requireTsMorph();
  const project = new Project({
    useInMemoryFileSystem: true,
    compilerOptions: { lib: ["lib.esnext.d.ts"], target: ts.ScriptTarget.ESNext, types: [] },
  });
  project.createSourceFile("/empty.ts", "");
  const files = project.getProgram().compilerObject.getSourceFiles();
  return new Map(
    files.filter((file) => file.fileName.startsWith(LIBRARY_FOLDER))
      .map((file) => [file.fileName, file]),
  );
}

function requireTsMorph(): typeof TsMorph {
  const environment = process.env;
  // The compiler reads variables while it loads; it needs none, so it is shown none, and so the
  // service needs no permission for them. Loading is synchronous: nobody else can see the stand-in.
  process.env = {};
  try {
    return createRequire(import.meta.url)("ts-morph");
  } finally {
    process.env = environment;
  }
}
