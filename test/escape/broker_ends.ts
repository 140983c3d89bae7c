/** How attacks end under a permission broker where they end otherwise than under flags. */

import type { ThreatEnd } from "./threat.ts";

/** The broker is asked before anything else says no. */
const noImport = (host: string): Partial<ThreatEnd> => {
  const end = new RegExp(`^failed TypeError: .*No program may use "import" \\(${host}:443\\)$`);
  return { end, wall: end };
};

/** Ends under a broker by the attack's id. */
export const BROKER_ENDS: Readonly<Record<string, Partial<ThreatEnd>>> = Object.freeze({
  "import-https": noImport("esm\\.sh"),
  "import-jsr": noImport("jsr\\.io"),
  "denied-flood": {
    end: "stopped CALL_LIMIT_EXCEEDED: The program tried more than 1000 times what it may not",
  },
  "denied-long": {
    end: "stopped SANDBOX_CRASHED: The sandbox ended before the program did: exit code 87",
  },
});
