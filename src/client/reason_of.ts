/** Why a request failed, of what a `fetch` throws: the platforms hide it in causes of causes. */

/** Causes that are looked through. */
const MAX_CAUSES = 5;
/** Characters of a reason. */
const MAX_REASON = 200;
/** What Deno puts before it: whoever is told knows where the request went. */
const PREFIX = /^error sending request for url \([^)]*\): /;

/** The code or the words of the innermost error; undefined where nothing is said. */
export function reasonOf(thrown: unknown): string | undefined {
  let reason: string | undefined;
  let error = thrown;
  for (let depth = 0; depth < MAX_CAUSES && error instanceof Error; depth += 1) {
    const { message, cause } = error;
    const code: unknown = Reflect.get(error, "code");
    const said = typeof code === "string" && code !== "" ? code : message;
    if (said !== "") reason = said;
    error = cause;
  }
  return reason?.replace(PREFIX, "").slice(0, MAX_REASON);
}
