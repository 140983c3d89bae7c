/** Emits a parsed program as the body of an async function, with its source map. */

import type { EmittedCode } from "./check_request.ts";
import type { ts, TypeScript } from "./compiler.ts";
import { completionTransformers } from "./completion.ts";
import { placePatterns } from "./pattern_places.ts";
import type { GuestProgram } from "./project.ts";

/** JavaScript for `guest`, for sandboxes: what fails in it is told of at its place on every engine. */
export function emitBody(ts: TypeScript, guest: GuestProgram): EmittedCode {
  return emit(ts, guest, [(context) => (file) => placePatterns(ts, context, file)]);
}

/** JavaScript for `guest` with nothing in it that was not submitted. */
export function emitPlainBody(ts: TypeScript, guest: GuestProgram): EmittedCode {
  return emit(ts, guest, []);
}

function emit(
  ts: TypeScript,
  { program, file }: GuestProgram,
  last: readonly ts.TransformerFactory<ts.SourceFile>[],
): EmittedCode {
  let code = "";
  let sourceMap = "";
  const write = (name: string, text: string) => {
    if (name.endsWith(".map")) sourceMap = text;
    else code = text;
  };
  const { before = [], ...others } = completionTransformers(ts);
  program.emit(file, write, undefined, false, { before: [...before, ...last], ...others });
  return {
    code: code.replace(/\/\/# sourceMappingURL=\S*\s*$/, ""),
    sourceMap: nameSource(sourceMap, file.fileName.slice(1)),
  };
}

/** The compiler names the source by a path of its own; stacks call it as its language does. */
function nameSource(sourceMap: string, name: string): string {
  const { version, names, mappings } = JSON.parse(sourceMap);
  return JSON.stringify({ version, sources: [name], names, mappings });
}
