/** Emits a parsed program as the body of an async function, with its source map. */

import { GUEST_SCRIPT_NAME } from "../protocol/program.ts";
import type { EmittedCode } from "./check_request.ts";
import type { TypeScript } from "./compiler.ts";
import { completionTransformers } from "./completion.ts";
import type { GuestProgram } from "./project.ts";

/** JavaScript for `guest`. */
export function emitBody(ts: TypeScript, { program, file }: GuestProgram): EmittedCode {
  let code = "";
  let sourceMap = "";
  const write = (name: string, text: string) => {
    if (name.endsWith(".map")) sourceMap = text;
    else code = text;
  };
  program.emit(file, write, undefined, false, completionTransformers(ts));
  return {
    code: code.replace(/\/\/# sourceMappingURL=\S*\s*$/, ""),
    sourceMap: nameSource(sourceMap),
  };
}

/** The compiler names the source by a path of its own. */
function nameSource(sourceMap: string): string {
  const { version, names, mappings } = JSON.parse(sourceMap);
  return JSON.stringify({ version, sources: [GUEST_SCRIPT_NAME], names, mappings });
}
