/** A program calls an HTTP API that a document describes. */

import assert from "node:assert/strict";
import { createCodemode } from "../../../src/mod.ts";
import { startHttpApi } from "../../harness/http_api.ts";

const PETS = {
  openapi: "3.0.3",
  info: { title: "Pets", version: "1" },
  paths: {
    "/pets/{petId}": {
      get: {
        operationId: "get-pet",
        summary: "One pet",
        parameters: [
          { name: "petId", in: "path", required: true, schema: { type: "integer" } },
          { name: "fields", in: "query", schema: { type: "array", items: { type: "string" } } },
        ],
        responses: {
          200: {
            description: "ok",
            content: { "application/json": { schema: { $ref: "#/components/schemas/Pet" } } },
          },
        },
      },
    },
  },
  components: {
    schemas: {
      Pet: {
        type: "object",
        required: ["id"],
        properties: {
          id: { type: "integer" },
          name: { type: "string", nullable: true },
          parent: { $ref: "#/components/schemas/Pet" },
        },
      },
    },
  },
};

const GITHUB = new URL("../../fixtures/openapi/github_issues.json", import.meta.url).pathname;
const BLOCKS = new URL("../../fixtures/openapi/blockfrost_trimmed.yaml", import.meta.url).pathname;

Deno.test("programs call what documents describe", async (t) => {
  await using api = await startHttpApi(({ url }) => {
    if (url.startsWith("/v1/repos")) return [];
    return { id: 7, name: null, parent: { id: 1 }, url };
  });
  await using codemode = await createCodemode({
    config: {
      openapi: {
        pets: { document: PETS, baseUrl: `${api.url}/v1` },
        github: { document: GITHUB, baseUrl: `${api.url}/v1`, readOnly: false },
        cardano: { document: BLOCKS },
      },
      sandbox: { workers: { min: 1 } },
    },
    logLevel: "error",
  });

  await t.step("and get values of the declared types", async () => {
    const { result, error } = await codemode.execute(
      `const pet = await pets.getPet({ petId: 7, fields: ["a b", "c&d"] });
       const name: string | null | undefined = pet.name;
       return [name, pet.parent?.id, (pet as any).url];`,
    );
    assert.equal(error, undefined);
    assert.deepEqual(result, [null, 1, "/v1/pets/7?fields=a%20b&fields=c%26d"]);
    assert.deepEqual(api.requests.map(({ method }) => method), ["GET"]);
  });

  const RIGHT = `
    const issues = await mcp.github.issues_list_for_repo({ owner: "a", repo: "b", state: "open" });
    const titles: string[] = issues.map((issue) => issue.title);
    const blocks = await cardano.get_blocks_latest({});
    return [titles, blocks.height];`;

  await t.step("a right program over published documents is accepted", async () => {
    assert.deepEqual((await codemode.check(RIGHT)).diagnostics, []);
  });

  for (
    const [from, to] of [
      ['state: "open"', 'state: "opened"'],
      ['repo: "b"', "repo: 1"],
      ['owner: "a", ', ""],
      ["issue.title", "issue.titel"],
      ["blocks.height", "blocks.heigth"],
    ] as const
  ) {
    await t.step(`a wrong one is not: ${to === "" ? `without ${from}` : to}`, async () => {
      const { diagnostics } = await codemode.check(RIGHT.replace(from, to));
      assert.equal(diagnostics[0]?.severity, "error");
    });
  }
});
