/** Kinds of values in the configuration file: durations, sizes and secrets. */

import { z } from "zod";
import { Secret } from "../base/secret.ts";
import { parseDuration, parseSize } from "./units.ts";

const MAX_TIMER_MS = 2_147_483_647;

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
