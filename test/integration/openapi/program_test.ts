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

Deno.test("a program calls an operation and gets its checked value", async () => {
  await using api = await startHttpApi(({ url }) => ({
    id: 7,
    name: null,
    parent: { id: 1 },
    url,
  }));
  await using codemode = await createCodemode({
    config: {
      openapi: { pets: { document: PETS, baseUrl: `${api.url}/v1` } },
      sandbox: { workers: { min: 1 } },
    },
    logLevel: "error",
  });
  const { result, error } = await codemode.execute(
    `const pet = await pets.getPet({ petId: 7, fields: ["a b", "c&d"] });
     const name: string | null | undefined = pet.name;
     return [name, pet.parent?.id, (pet as any).url];`,
  );
  assert.equal(error, undefined);
  assert.deepEqual(result, [null, 1, "/v1/pets/7?fields=a%20b&fields=c%26d"]);
  assert.deepEqual(api.requests.map(({ method }) => method), ["GET"]);
});
