/**
 * Warm programs: parsed library and declarations are kept, so that a check parses the guest file
 * alone. Everything lives in memory; the compiler is given no way to reach a file.
 */

import { type Ambient, ambientDeclarations, CODEMODE_DECLARATIONS } from "./ambient.ts";
import { LIBRARY_FOLDER, type LibraryFiles, type ts, type TypeScript } from "./compiler.ts";

/** Names of the in-memory files. None may appear in a message. */
const GUEST_FILES = { typescript: "/guest.ts", javascript: "/guest.js" } as const;
const TOOLS_FILE = "/tools.d.ts";
const AMBIENT_FILE = "/ambient.d.ts";
const CODEMODE_FILE = "/codemode.d.ts";

/** A program that holds one guest file. */
export interface GuestProgram {
  readonly program: ts.Program;
  readonly file: ts.SourceFile;
  /** Names the tool declarations declare at their top level. */
  readonly toolRoots: ReadonlySet<string>;
}

/** Language of the guest file. */
export type GuestLanguage = keyof typeof GUEST_FILES;

/** Makes programs for guest code against one set of declarations. */
export interface Project {
  open(code: string, language: GuestLanguage): GuestProgram;
  /** Drops what is kept of earlier programs; call it when the compiler threw. */
  reset(): void;
}

/** A project that checks types. */
export function createTypedProject(
  ts: TypeScript,
  library: LibraryFiles,
  declarations: string,
  ambient: Ambient,
): Project {
  const texts = new Map([[TOOLS_FILE, declarations], [AMBIENT_FILE, ambientDeclarations(ambient)]]);
  const tools = parseDeclarations(ts, TOOLS_FILE, declarations);
  const toolRoots = topLevelNames(ts, tools);
  if (!toolRoots.has("codemode")) texts.set(CODEMODE_FILE, CODEMODE_DECLARATIONS);
  const files = new Map(library);
  for (const [name, text] of texts) files.set(name, parseDeclarations(ts, name, text));
  return createProject(ts, files, [...texts.keys()], { toolRoots, options: typedOptions(ts) });
}

/** A project that parses and emits without looking at types. */
export function createUntypedProject(ts: TypeScript, declarations: string): Project {
  const toolRoots = topLevelNames(ts, parseDeclarations(ts, TOOLS_FILE, declarations));
  const options = { ...sharedOptions(ts), noCheck: true, noLib: true };
  return createProject(ts, new Map(), [], { toolRoots, options });
}

interface ProjectOptions {
  readonly toolRoots: ReadonlySet<string>;
  readonly options: ts.CompilerOptions;
}

function createProject(
  ts: TypeScript,
  files: ReadonlyMap<string, ts.SourceFile>,
  roots: readonly string[],
  { toolRoots, options }: ProjectOptions,
): Project {
  let previous: ts.Program | undefined;
  return {
    open(code, language) {
      const name = GUEST_FILES[language];
      const host = createHost(ts, files, { name, code });
      const rootNames = [...roots, name];
      const program = ts.createProgram({
        rootNames,
        options,
        host,
        ...(previous && { oldProgram: previous }),
      });
      previous = program;
      const file = program.getSourceFile(name);
      if (file === undefined) {
        throw new TypeError("Cannot open the guest file: it is not in the program");
      }
      return { program, file, toolRoots };
    },
    reset() {
      previous = undefined;
    },
  };
}

function createHost(
  ts: TypeScript,
  files: ReadonlyMap<string, ts.SourceFile>,
  guest: { readonly name: string; readonly code: string },
): ts.CompilerHost {
  return {
    getSourceFile: (name, options) =>
      name === guest.name ? ts.createSourceFile(name, guest.code, options, true) : files.get(name),
    fileExists: (name) => name === guest.name || files.has(name),
    readFile: () => undefined,
    writeFile: () => {},
    getDefaultLibFileName: () => `${LIBRARY_FOLDER}/lib.esnext.d.ts`,
    getDefaultLibLocation: () => LIBRARY_FOLDER,
    getCurrentDirectory: () => "/",
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
  };
}

function sharedOptions(ts: TypeScript): ts.CompilerOptions {
  return {
    // Newer syntax than this that engines may lack (decorators, `using`) is lowered.
    target: ts.ScriptTarget.ES2025,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    noResolve: true,
    types: [],
    allowJs: true,
    sourceMap: true,
    outDir: "/out",
  };
}

function typedOptions(ts: TypeScript): ts.CompilerOptions {
  return {
    ...sharedOptions(ts),
    lib: ["lib.esnext.d.ts"],
    strict: true,
    // On, though its findings are dropped: without it an empty array literal is `never[]`.
    noImplicitAny: true,
    useUnknownInCatchVariables: false,
    checkJs: true,
    skipLibCheck: true,
  };
}

function parseDeclarations(ts: TypeScript, name: string, text: string): ts.SourceFile {
  return ts.createSourceFile(name, text, {
    languageVersion: ts.ScriptTarget.ESNext,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  }, true);
}

function topLevelNames(ts: TypeScript, file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) {
        if (ts.isIdentifier(name)) names.add(name.text);
      }
    } else if (ts.isModuleDeclaration(statement) || ts.isFunctionDeclaration(statement)) {
      if (statement.name) names.add(statement.name.text);
    }
  }
  return names;
}
