/** What an error says together with what caused it: platforms hide in the causes why a request failed. */

/** Causes that are looked through. */
const MAX_CAUSES = 5;
/** Characters of one text. */
const MAX_TEXT = 500;

/** The codes and messages of an error and its causes, the outermost first. */
export function saidOfCauses(thrown: unknown): readonly string[] {
  const said: unknown[] = thrown instanceof Error ? [] : [String(thrown)];
  let error = thrown;
  for (let depth = 0; depth < MAX_CAUSES && error instanceof Error; depth += 1) {
    said.push(Reflect.get(error, "code"), error.message);
    error = error.cause;
  }
  return said.filter((text) => typeof text === "string" && text !== "")
    .map((text) => String(text).slice(0, MAX_TEXT));
}
