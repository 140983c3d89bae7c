/**
 * What the TypeScript compiler is told in the two throw-away projects of the npm build: one emits the
 * declarations of the sources, the other uses the built package as a stranger would. Pure.
 */

import type { Manifest } from "./package_manifest.ts";

/** What both projects install besides the package's own dependencies. */
export const COMPILER_PACKAGES: readonly string[] = Object.freeze([
  "typescript@6.0.3",
  "@types/node@20.19.43",
]);

/** Packages without types of their own; where they enter, the house says what it uses of them. */
export const UNTYPED_PACKAGES: readonly string[] = Object.freeze(["ws"]);

const COMMON: Manifest = Object.freeze({
  target: "es2022",
  // What Node 20 has: a newer built-in in the sources is a fault here.
  lib: ["es2023", "es2024.string", "esnext.disposable", "dom", "dom.iterable", "dom.asynciterable"],
  module: "nodenext",
  types: ["node"],
  strict: true,
});

/** Where the emitting project declares what nobody has to install. */
export const AMBIENT_FILE = "engines.d.ts";

/** The text of {@link AMBIENT_FILE}. */
export function declareModules(names: readonly string[]): string {
  return names.map((name) => `declare module "${name}";\n`).join("");
}

/** Emits declarations of the doors into `types`; `.ts` imports become `.js`. */
export function toEmitProject(doors: readonly string[]): Manifest {
  return {
    compilerOptions: {
      ...COMMON,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      rewriteRelativeImportExtensions: true,
      resolveJsonModule: true,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: ".",
      outDir: "types",
    },
    files: [...doors, AMBIENT_FILE],
  };
}

/** Checks a file that imports every door. */
export function toConsumerProject(file: string): Manifest {
  return { compilerOptions: { ...COMMON, skipLibCheck: true, noEmit: true }, files: [file] };
}
