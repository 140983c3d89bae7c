/** Kinds of values in the configuration file: amounts, ports, durations, sizes and secrets. */

import { z } from "zod";
import { Secret } from "../base/secret.ts";
import { parseDuration, parseSize } from "./units.ts";

const MAX_TIMER_MS = 2_147_483_647;
const WHOLE = "must be a whole number, 0 or more";
const POSITIVE = "must be a whole number above 0";
const AMOUNT = "must be a number above 0";
const PORT = "must be a port, 0 to 65535";
const GRANTED_PORT = "must be a port, 1 to 65535";

/** How many, none included. */
export const whole = z.int(WHOLE).min(0, WHOLE);

/** How many, one at least. */
export const positive = z.int(POSITIVE).min(1, POSITIVE);

/** How much: fractions too. */
export const amount = z.number(AMOUNT).positive(AMOUNT);

/** To listen on; 0 is any free one. */
export const port = z.int(PORT).min(0, PORT).max(65535, PORT);

/** That others listen on. */
export const grantedPort = z.int(GRANTED_PORT).min(1, GRANTED_PORT).max(65535, GRANTED_PORT);

/** Milliseconds. */
export const duration = z.union([z.string(), z.number()], 'must be a duration such as "30s"')
  .transform(
    (value, context) => {
      const ms = parseDuration(value);
      if (ms !== undefined && ms <= MAX_TIMER_MS) return ms;
      context.addIssue({
        code: "custom",
        message: `${shown(value)} is not a duration such as "30s" or "500ms"`,
      });
      return z.NEVER;
    },
  );

/** Zero would mean no limit to the socket, so there is a least one. */
export const patience = duration.refine((ms) => ms >= 100, "must be at least 100ms");

/** Bytes. */
export const size = z.union([z.string(), z.number()], 'must be a size such as "128MB"').transform(
  (value, context) => {
    const bytes = parseSize(value);
    if (bytes !== undefined && Number.isInteger(bytes)) return bytes;
    context.addIssue({ code: "custom", message: `${shown(value)} is not a size such as "128MB"` });
    return z.NEVER;
  },
);

/** Never prints. */
export const secret = z.union([z.string(), z.number(), z.boolean()], "must be a text").transform((
  value,
) => new Secret(String(value)));

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 60);
}
