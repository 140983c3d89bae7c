/** The failure of whoever needs a server that wants somebody to log in, and how to tell it. */

import { SdkHttpError } from "@modelcontextprotocol/client";
import { CodemodeError } from "../base/errors.ts";

/** `LOGIN_REQUIRED` with its remedy; `scope` is what the present login does not cover. */
export function loginRequired(
  server: string,
  reason: string,
  { scope, cause }: { readonly scope?: string; readonly cause?: unknown } = {},
): CodemodeError {
  const remedy = `codemode login ${server}`;
  return new CodemodeError(
    "LOGIN_REQUIRED",
    `The MCP server "${server}" needs a login: ${reason}; run \`${remedy}\``,
    {
      details: {
        server,
        remedy,
        ...(scope === undefined ? {} : { scope }),
        mayHaveTakenEffect: false,
      },
      cause,
    },
  );
}

/** Who knows whether a login would help. */
interface Refused {
  refusedAgain(): CodemodeError | undefined;
}

/** Why nothing helps but a login, if that is what an error says. */
export function refusalOf(thrown: unknown, authorizer?: Refused): CodemodeError | undefined {
  const required = loginRequiredOf(thrown);
  if (required) return required;
  const isRefused = thrown instanceof SdkHttpError && thrown.status === 401;
  return isRefused ? authorizer?.refusedAgain() : undefined;
}

/** The `LOGIN_REQUIRED` that an error is or was caused by. */
export function loginRequiredOf(thrown: unknown): CodemodeError | undefined {
  let error = thrown;
  for (let depth = 0; depth < 5 && error instanceof Error; depth += 1) {
    if (error instanceof CodemodeError && error.code === "LOGIN_REQUIRED") return error;
    error = error.cause;
  }
  return undefined;
}
