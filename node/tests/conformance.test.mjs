// @ts-check
/** All operations of the plan through the addon and a real socket: exact HTTP out, full answer back. */
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

const things = [...modules().values()].flatMap((module) => Object.values(module));
const registry = createRegistry(EmptySchema, ...things.filter((thing) => thing?.kind === "message"));

test("every operation crosses whole", async () => {
  const world = await emulator();
  /** @type {any} */
  const client = new ScalekitClient(world.url, world.clientId, world.clientSecret);
  for (const { operation, request_type, response_type, cases } of PLAN.operations) {
    const request = registry.getMessage(request_type) ?? assert.fail(request_type);
    const response = registry.getMessage(response_type) ?? assert.fail(response_type);
    for (const { request: given, response: answer, http } of cases) {
      await world.fault(operation, { times: 1, json: answer });
      // What every generated method calls; the methods' own arguments are for documented.test.mjs.
      const message = await client.organization.unary(operation, request, fromJson(request, given), response);
      const wanted = fromJson(response, answer);
      assert.deepEqual(toJson(response, message), toJson(response, wanted), operation);
      assert.deepEqual(message, wanted, operation);

      const logged = (await world.admin("GET", `requests?operation=${operation}`)).at(-1);
      assert.deepEqual([logged.method, logged.path], [http.method, http.path], operation);
      assert.deepEqual([...new URLSearchParams(logged.query ?? "")].sort(), [...http.query].sort(), operation);
      assert.deepEqual(logged.body ? JSON.parse(logged.body) : null, http.body, operation);
    }
  }
  assert.equal(PLAN.operations.length, 150);
  assert.deepEqual(await world.admin("GET", "requests?unmatched=true"), []);
  await client.close();
});
