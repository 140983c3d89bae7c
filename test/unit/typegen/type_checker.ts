/** Strict TypeScript over texts in memory; libraries are checked too, so no error can hide. */

import { Project, ScriptTarget, ts } from "ts-morph";

/** A program of the given files. */
export function createProject(files: Readonly<Record<string, string>>): Project {
  const project = new Project({
    useInMemoryFileSystem: true,
    compilerOptions: {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      target: ScriptTarget.ESNext,
      lib: ["lib.esnext.d.ts"],
      types: [],
    },
  });
  for (const [name, text] of Object.entries(files)) project.createSourceFile(name, text);
  return project;
}

/** Every complaint about the given files, as `file TScode message`. */
export function complaints(files: Readonly<Record<string, string>>): string[] {
  return createProject(files).getPreEmitDiagnostics().map((diagnostic) => {
    const text = ts.flattenDiagnosticMessageText(diagnostic.compilerObject.messageText, " ");
    return `${diagnostic.getSourceFile()?.getBaseName()} TS${diagnostic.getCode()} ${text}`;
  });
}

/** Two texts that must mean the same. */
export interface TypePair {
  readonly id: string;
  readonly ours: string;
  readonly theirs: string;
  /** Types to compare, such as `Input` or `typeof codemode`. */
  readonly types: readonly string[];
}

/** Complaints by id where the types of a pair cannot be assigned to each other. */
export function differences(pairs: readonly TypePair[]): Record<string, string[]> {
  const files = pairs.map((pair, index) => [`pair${index}.ts`, assignments(pair)]);
  const found: Record<string, string[]> = {};
  for (const complaint of complaints(Object.fromEntries(files))) {
    const index = Number(/^pair(\d+)\.ts/.exec(complaint)?.[1]);
    const id = pairs[index]?.id ?? "library";
    (found[id] ??= []).push(complaint.replace(/^\S+ /, ""));
  }
  return found;
}

function assignments({ ours, theirs, types }: TypePair): string {
  const inside = (text: string) => text.replaceAll("declare const", "const");
  const qualify = (type: string, space: string) => type.replace(/\w+$/, `${space}.$&`);
  const checks = types.map((type) => {
    const [a, b] = [qualify(type, "A"), qualify(type, "B")];
    return `{ const x: (v: ${a}) => ${b} = (v) => v; const y: (v: ${b}) => ${a} = (v) => v; }`;
  });
  return [
    "export {};",
    `declare namespace A {\n${inside(ours)}\n}`,
    `declare namespace B {\n${inside(theirs)}\n}`,
    ...checks,
  ].join("\n");
}
