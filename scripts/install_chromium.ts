/** Makes sure that there is a Chromium for the browser tests: on Debian it is installed when missing. */

import { findChromium } from "./testing/find_chromium.ts";

async function aptGet(...args: readonly string[]): Promise<boolean> {
  console.log(`apt-get ${args.join(" ")}`);
  const command = new Deno.Command("apt-get", {
    args: ["-q", "-y", ...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  });
  try {
    return (await command.output()).success;
  } catch {
    return false; // There is no apt-get.
  }
}

async function install(): Promise<boolean> {
  const chromium = ["install", "--no-install-recommends", "chromium"];
  return await aptGet(...chromium) || (await aptGet("update") && await aptGet(...chromium));
}

const isHere = await findChromium() !== undefined ||
  (await install() && await findChromium() !== undefined);
if (!isHere) {
  console.error(
    "The browser tests need Chromium, which is not here and cannot be installed with apt-get: " +
      "install it, or name it in CHROMIUM_PATH",
  );
  Deno.exit(1);
}
