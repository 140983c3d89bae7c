/** `codemode key`: a new API key and the hash of it that goes into the configuration. */

import { createApiKey } from "../auth/mod.ts";
import type { Command } from "./command.ts";

/** The verb. */
export const key: Command = {
  name: "key",
  summary: "Make an API key",
  usage: "[--json]",
  flags: {},
  help: ["The key is shown once and kept nowhere; its hash goes under security.auth.keys."],
  run: ({ output, values }) => {
    const { key, hash } = createApiKey();
    if (values["json"]) output.print(JSON.stringify({ key, hash }));
    else {
      output.note("The key, for its holder alone:");
      output.print(key);
      output.note(`Its hash, for security.auth.keys:\n  - { id: NAME, hash: "${hash}" }`);
    }
    return Promise.resolve(0);
  },
};
