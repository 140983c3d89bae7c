/**
 * The `package.json` of the npm build: what `deno pack` made of `deno.json`, with exact versions, the
 * engines it was tried on, and `deno` and the engines of Python
 * as optional peers. Pure.
 */

/** What of `deno.json` decides the manifest. */
export interface PackageConfig {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  /** Bare name → `npm:name@version`. */
  readonly imports: Readonly<Record<string, string>>;
}

/** A `package.json`. */
export type Manifest = Readonly<Record<string, unknown>>;

const DENO_RANGE = ">=2.9.6 <3";
/** Engines of Python: large, or there for one system only, and nothing is missing without them but Python. */
export const ENGINES: readonly string[] = ["pyodide", "@pydantic/monty-linux-x64-gnu"];

/** The module behind the command of the package. */
export const COMMAND = "src/main.js";

/** Builds the manifest; `sources` are the texts of the packed modules and declarations. */
export function toManifest(config: PackageConfig, sources: readonly string[]): Manifest {
  const found = findDependencies(config, sources);
  const engines = pick(found, (name) => ENGINES.includes(name));
  return {
    name: config.name,
    version: config.version,
    description:
      "Checks a program an agent wrote against typed tool declarations and runs it in a Deno sandbox",
    keywords: ["agent", "code-mode", "deno", "mcp", "sandbox"],
    license: config.license,
    type: "module",
    sideEffects: false,
    engines: { node: ">=20" },
    exports: Object.fromEntries(
      Object.entries(config.exports).map(([door, path]) => [door, toConditions(path)]),
    ),
    main: toModule(config.exports["."] ?? "", "js"),
    types: toModule(config.exports["."] ?? "", "d.ts"),
    bin: { codemode: COMMAND },
    files: ["src", "workers"],
    dependencies: pick(found, (name) => !ENGINES.includes(name)),
    peerDependencies: { deno: DENO_RANGE, ...engines },
    peerDependenciesMeta: Object.fromEntries(
      ["deno", ...Object.keys(engines)].map((name) => [name, { optional: true }]),
    ),
  };
}

function pick(
  from: Readonly<Record<string, string>>,
  isWanted: (name: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => isWanted(name)));
}

function toModule(path: string, extension: string): string {
  return path.replace(/\.ts$/, `.${extension}`);
}

function toConditions(path: string): Manifest {
  return { types: toModule(path, "d.ts"), default: toModule(path, "js") };
}

/** The pinned packages whose names the sources spell, imported or required, with exact versions. */
export function findDependencies(
  config: PackageConfig,
  sources: readonly string[],
): Readonly<Record<string, string>> {
  const used = Object.entries(config.imports).filter(([name]) =>
    sources.some((text) => text.includes(`"${name}"`) || text.includes(`"${name}/`))
  );
  return Object.fromEntries(
    used.map(([name, pinned]) => [name, pinned.slice(pinned.lastIndexOf("@") + 1)]).sort(),
  );
}
