/** The `auth` of a server: a token that is there, or a login by OAuth. */

import { z } from "zod";
import { port, secret } from "./values.ts";

const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/** How the service proves to a server who it is. */
export const ServerAuthSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("bearer"), token: secret }),
  z.strictObject({
    type: z.literal("oauth"),
    grant: z.enum(["authorization_code", "client_credentials"]).default("authorization_code"),
    issuer: z.url().optional(),
    clientId: z.string().min(1).optional(),
    clientSecret: secret.optional(),
    clientMetadataUrl: z.url().optional(),
    scopes: z.array(z.string().regex(SCOPE, "must be a scope: no spaces, no quotes")).default([]),
    redirectPort: port.default(0),
  }),
]);
