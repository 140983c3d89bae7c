/** The page that shows the API, in a real browser: every operation is there and can be tried. */

import assert from "node:assert/strict";
import { startChromium } from "../harness/chromium.ts";
import { noServers } from "../harness/service_config.ts";
import { startService } from "../harness/start_service.ts";

/** Fills one operation's inputs, sends it and gives what the page shows. */
const tried = (title: string, inputs: Record<string, string>) => `
  const until = async (find) => {
    for (;;) {
      const found = find();
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const box = await until(() =>
    [...document.querySelectorAll("section > details")].find((one) =>
      one.querySelector("summary").textContent.startsWith(${JSON.stringify(title)})));
  for (const [name, value] of Object.entries(${JSON.stringify(inputs)})) {
    box.querySelector("[name=" + name + "]").value = value;
  }
  box.querySelector("button").click();
  const shown = box.querySelector("p + pre");
  return await until(() => shown.textContent);`;

Deno.test("docs: operations are shown and tried, names in paths included", async () => {
  await using service = await startService({ config: noServers() });
  await using browser = await startChromium({ hosts: "MAP *.example 127.0.0.1" });
  const page = await browser.open(`${service.url}/docs`);
  const ran = String(await page.evaluate(tried("POST/api/v1/execute", {})));
  const [status, ...body] = ran.split("\n");
  assert.deepEqual([status, JSON.parse(body.join("\n")).result], ["200", { sum: 2 }]);
  const names = { server: "no such", tool: "a/b" };
  const called = String(await page.evaluate(tried("POST/api/v1/tools/{server}/{tool}", names)));
  assert.match(called, /^404\n/);
  assert.match(called, /There is no tool \\"no such\.a\/b\\"/);
  const streamed = String(
    await page.evaluate(`
    ${
      tried("POST/api/v1/execute/stream", {}).replace(
        "return await until(() => shown.textContent);",
        "",
      )
    }
    return await until(() => shown.textContent.includes('"sum":2') && shown.textContent);`),
  );
  assert.match(streamed, /^200\n[^]*event: log[^]*"message":"hi"[^]*event: result[^]*"sum":2/);
  const groups = await page.evaluate(`
    const sections = [...document.querySelectorAll("section")];
    return sections.map((one) =>
      one.querySelector("h2").textContent + " " + one.querySelectorAll(":scope > details").length);`);
  assert.deepEqual(groups, ["Run 10", "Tools 4", "MCP 3", "Servers 4", "Service 4"]);
});
