/**
 * What the engine asks a permission broker, and the one answer there is. One line of JSON each way, as
 * Deno 2.9.6 speaks it; what is not understood is no request.
 */

import { describeDenial, type Permission, PERMISSIONS } from "../protocol/denial.ts";

/** Version of the protocol. */
const BROKER_VERSION = 1;
/** Characters of a target that are kept. */
const MAX_TARGET = 256;

/** Something a program tried around the host, and was denied. */
export interface DeniedAttempt {
  readonly permission: Permission;
  /** The capability's word for the permission, where there is one. */
  readonly capability: Exclude<Permission, "net"> | "network";
  /** What it was tried on, shortened; `anything` when nothing was named. */
  readonly target: string;
  /** What the program was told. */
  readonly message: string;
}

/** A request for a permission. */
export interface BrokerRequest {
  readonly id: number;
  readonly attempt: DeniedAttempt;
}

/** Reads a request, or `undefined` for what is none. */
export function parseBrokerRequest(line: string): BrokerRequest | undefined {
  const request = parseObject(line);
  if (request === undefined || request["v"] !== BROKER_VERSION) return undefined;
  const { id, permission, value } = request;
  if (!Number.isSafeInteger(id) || !isPermission(permission)) return undefined;
  if (typeof value !== "string" && value !== null && value !== undefined) return undefined;
  return { id: id as number, attempt: toAttempt(permission, value ?? "anything") };
}

/** The answer, as a line. */
// SAFETY: a broker's word overrules every flag, so there is no way to say yes (test/escape, mode broker).
export function denyRequest({ id, attempt }: BrokerRequest): string {
  return `${JSON.stringify({ id, result: "deny", reason: attempt.message })}\n`;
}

function toAttempt(permission: Permission, value: string): DeniedAttempt {
  const target = value.length > MAX_TARGET ? `${value.slice(0, MAX_TARGET)}…` : value;
  const capability = permission === "net" ? "network" : permission;
  return Object.freeze({
    permission,
    capability,
    target,
    message: describeDenial(permission, target),
  });
}

function isPermission(value: unknown): value is Permission {
  return (PERMISSIONS as readonly unknown[]).includes(value);
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null
      ? value as Record<string, unknown>
      : undefined;
  } catch {
    return undefined;
  }
}
