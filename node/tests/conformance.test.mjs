// @ts-check
/**
 * All operations of the conformance plan, over a socket: the exact request and the full response.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import { emulator, ROOT } from "./support/programs.mjs";
import { modules } from "./support/schema.mjs";

const require = createRequire(import.meta.url);
const { createRegistry, fromJson, toJson } = require("@bufbuild/protobuf");
const { EmptySchema } = require("@bufbuild/protobuf/wkt");
const { ScalekitClient } = require("../lib/index.js");

const PLAN = JSON.parse(readFileSync(join(ROOT, "tests/conformance/operations.json"), "utf8"));

const exported = [...modules().values()].flatMap((module) => Object.values(module));
const registry = createRegistry(
  EmptySchema,
  ...exported.filter((value) => value?.kind === "message"),
);

test("every operation sends the exact request and returns the full response", async () => {
  const environment = await emulator();
  /** @type {any} */
  const client = new ScalekitClient(
    environment.url,
    environment.clientId,
    environment.clientSecret,
  );
  for (const { operation, request_type, response_type, cases } of PLAN.operations) {
    const request = registry.getMessage(request_type) ?? assert.fail(request_type);
    const response = registry.getMessage(response_type) ?? assert.fail(response_type);
    for (const { request: requestJson, response: responseJson, http } of cases) {
      await environment.fault(operation, { times: 1, json: responseJson });
      // All generated methods call `unary`. documented.test.mjs tests their arguments.
      const message = await client.organization.unary(
        operation,
        request,
        fromJson(request, requestJson),
        response,
      );
      const expected = fromJson(response, responseJson);
      assert.deepEqual(toJson(response, message), toJson(response, expected), operation);
      assert.deepEqual(message, expected, operation);

      const logged = (await environment.admin("GET", `requests?operation=${operation}`)).at(-1);
      assert.deepEqual([logged.method, logged.path], [http.method, http.path], operation);
      assert.deepEqual(
        [...new URLSearchParams(logged.query ?? "")].sort(),
        [...http.query].sort(),
        operation,
      );
      assert.deepEqual(logged.body ? JSON.parse(logged.body) : null, http.body, operation);
    }
  }
  assert.equal(PLAN.operations.length, 150);
  assert.deepEqual(await environment.admin("GET", "requests?unmatched=true"), []);
  await client.close();
});
