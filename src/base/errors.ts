/**
 * The one error type of the service and the one table that says what each code means: whose fault it
 * is, whether trying again can help, and how HTTP puts it. Guest failures are values (`Outcome`), not
 * thrown errors; misuse of our own API is a `TypeError` or `RangeError`.
 */

/** Coarse family of an error, from the specification's `ErrorType`. */
export type ErrorType =
  | "validation"
  | "security"
  | "timeout"
  | "memory"
  | "network"
  | "mcp"
  | "runtime";

/** Whose fault it is: the sender of the request, the guest program, a server we relay to, or us. */
export type Blame = "caller" | "guest" | "upstream" | "host";

/** What a code means. `status` is the HTTP status when the request did not run. */
export interface ErrorMeaning {
  readonly type: ErrorType;
  readonly blame: Blame;
  readonly retryable: boolean;
  readonly status: number;
}

function meaning(type: ErrorType, blame: Blame, retryable: boolean, status: number): ErrorMeaning {
  return Object.freeze({ type, blame, retryable, status });
}

/** Every code the service can answer with. */
export const ERROR_CODES = Object.freeze({
  INVALID_REQUEST: meaning("validation", "caller", false, 400),
  NOT_FOUND: meaning("validation", "caller", false, 404),
  RESULT_NOT_FOUND: meaning("validation", "caller", false, 404),
  EXECUTION_NOT_FOUND: meaning("validation", "caller", false, 404),
  METHOD_NOT_ALLOWED: meaning("validation", "caller", false, 405),
  CONFLICT: meaning("validation", "caller", false, 409),
  PAYLOAD_TOO_LARGE: meaning("validation", "caller", false, 413),
  UNSUPPORTED_MEDIA_TYPE: meaning("validation", "caller", false, 415),
  CONFIG_INVALID: meaning("validation", "caller", false, 500),
  SYNTAX_ERROR: meaning("validation", "guest", false, 422),
  TYPE_CHECK_FAILED: meaning("validation", "guest", false, 422),
  CAPABILITY_VIOLATION: meaning("security", "caller", false, 403),
  UNAUTHENTICATED: meaning("security", "caller", false, 401),
  FORBIDDEN: meaning("security", "caller", false, 403),
  APPROVAL_REQUIRED: meaning("security", "caller", false, 403),
  IDENTITY_PROVIDER_UNAVAILABLE: meaning("network", "host", true, 503),
  RATE_LIMITED: meaning("security", "caller", true, 429),
  QUEUE_FULL: meaning("runtime", "host", true, 503),
  SHUTTING_DOWN: meaning("runtime", "host", true, 503),
  EXECUTION_TIMEOUT: meaning("timeout", "guest", false, 504),
  CPU_LIMIT_EXCEEDED: meaning("timeout", "guest", false, 422),
  MEMORY_LIMIT_EXCEEDED: meaning("memory", "guest", false, 422),
  OUTPUT_LIMIT_EXCEEDED: meaning("memory", "guest", false, 422),
  CALL_LIMIT_EXCEEDED: meaning("runtime", "guest", false, 422),
  CONTINUATION_FAILED: meaning("runtime", "host", false, 500),
  TOOL_NOT_FOUND: meaning("mcp", "guest", false, 404),
  TOOL_CHANGED: meaning("mcp", "upstream", false, 409),
  TOOL_INPUT_INVALID: meaning("mcp", "guest", false, 422),
  TOOL_OUTPUT_INVALID: meaning("mcp", "upstream", false, 502),
  TOOL_TIMEOUT: meaning("mcp", "upstream", true, 504),
  MCP_SERVER_UNAVAILABLE: meaning("mcp", "upstream", true, 503),
  LOGIN_REQUIRED: meaning("mcp", "upstream", false, 503),
  MCP_TOOL_ERROR: meaning("mcp", "upstream", false, 502),
  NETWORK_DENIED: meaning("network", "guest", false, 403),
  NETWORK_FAILED: meaning("network", "upstream", true, 502),
  FILE_FAILED: meaning("runtime", "guest", false, 422),
  EXECUTION_FAILED: meaning("runtime", "guest", false, 422),
  SANDBOX_CRASHED: meaning("runtime", "host", true, 500),
  RUNTIME_UNAVAILABLE: meaning("runtime", "host", false, 501),
  CANCELLED: meaning("runtime", "caller", false, 499),
  INTERNAL: meaning("runtime", "host", false, 500),
});

/** One of the codes in {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Options of {@link CodemodeError}. `details` is shown to the caller: no secrets, no host paths. */
export interface CodemodeErrorOptions {
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A failure of the service, told apart by `code` alone; it has no subclasses. */
export class CodemodeError extends Error {
  override readonly name = "CodemodeError";
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: CodemodeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  /** What the code means: type, blame, whether retrying can help, HTTP status. */
  get meaning(): ErrorMeaning {
    return ERROR_CODES[this.code];
  }
}

/** Any thrown value as a `CodemodeError`; what is not one becomes `INTERNAL` with the value as cause. */
export function toCodemodeError(thrown: unknown): CodemodeError {
  if (thrown instanceof CodemodeError) return thrown;
  return new CodemodeError("INTERNAL", "The service failed unexpectedly", { cause: thrown });
}
