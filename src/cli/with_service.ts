/** Runs a verb against a service elsewhere: the one that `--url` names, as whoever `CODEMODE_TOKEN` is. */

import { CodemodeError } from "../base/errors.ts";
import { CodemodeClient, CodemodeClientError } from "../client/mod.ts";
import { type Flags, type Invocation, text } from "./command.ts";

/** The flag of verbs that can do without a service of their own. */
export const URL_FLAG = { url: { type: "string" } } as const satisfies Flags;

/** Its help. */
export const URL_HELP: readonly string[] = Object.freeze([
  "--url            ask the service there, with CODEMODE_TOKEN as the token or key if it is set",
]);

/** The answer of the service that `--url` names; undefined, without having asked, where there is none. */
export async function withService<T>(
  invocation: Invocation,
  use: (client: CodemodeClient) => Promise<T>,
): Promise<T | undefined> {
  const url = text(invocation, "url");
  if (url === undefined) return undefined;
  const token = invocation.env["CODEMODE_TOKEN"] || undefined;
  try {
    return await use(connect(url, token));
  } catch (error) {
    throw error instanceof CodemodeClientError ? toCodemodeError(error, token) : error;
  }
}

function connect(url: string, token: string | undefined): CodemodeClient {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new CodemodeError(
      "INVALID_REQUEST",
      `--url takes an address such as http://localhost:3000`,
    );
  }
  return new CodemodeClient(url, token === undefined ? {} : { token });
}

/** The service's own error; a service that is not there is the caller's to name. */
function toCodemodeError(error: CodemodeClientError, token: string | undefined): CodemodeError {
  const { problem, message } = error;
  if (problem === undefined) return new CodemodeError("INVALID_REQUEST", message, { cause: error });
  const told = problem.code === "UNAUTHENTICATED"
    ? `${message} (${token === undefined ? "set CODEMODE_TOKEN to it" : "it was CODEMODE_TOKEN"})`
    : message;
  return new CodemodeError(problem.code, told, { details: problem.details ?? {}, cause: error });
}
