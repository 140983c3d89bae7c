/** Why an API has no tools, for whoever needs them. */

import { CodemodeError } from "../base/errors.ts";
import { DocumentFault } from "./api_document.ts";

/** Whether an error says what is wrong with a document. */
export function isLoadFailure(error: unknown): error is DocumentFault {
  return error instanceof DocumentFault;
}

/** The failure of a call of an API that could not be loaded. */
export function loadFailure(server: string, reason: string): CodemodeError {
  return new CodemodeError(
    "MCP_SERVER_UNAVAILABLE",
    `The API "${server}" is not available: its document cannot be used: ${reason}`,
    { details: { server, mayHaveTakenEffect: false } },
  );
}
