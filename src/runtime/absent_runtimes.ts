/** Runtimes that users may ask for by name and that this build does not have. */

import type { RuntimeInfo } from "../contract/mod.ts";

/** What `GET /api/v1/runtimes` says of them. */
export function absentRuntimes(): readonly RuntimeInfo[] {
  const absent: readonly Pick<RuntimeInfo, "name" | "languages">[] = [
    { name: "quickjs", languages: ["typescript", "javascript"] },
    { name: "python", languages: ["python"] },
    { name: "bash", languages: ["bash"] },
    { name: "bun", languages: ["typescript", "javascript"] },
  ];
  return absent.map((runtime) => ({
    ...runtime,
    available: false,
    reason: "not in this build",
    features: [],
    limits: {},
  }));
}
