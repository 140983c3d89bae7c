/** YAML of others as plain data: one document, aliases bounded, nothing executed. */

import { parseDocument } from "yaml";

/** The value of a YAML text. Throws a `SyntaxError` with the first fault. */
export function parseYaml(text: string): unknown {
  const document = parseDocument(text, {
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: "error",
  });
  const [fault] = document.errors;
  if (fault) throw new SyntaxError(fault.message.slice(0, 200));
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    // An alias inside its own anchor is the one way to a value without an end.
    return JSON.parse(JSON.stringify(value ?? null));
  } catch (cause) {
    throw new SyntaxError("its aliases are too many or lead in a circle", { cause });
  }
}
