// @ts-check
/** Each method of the earlier SDK once, against the emulator: the exact request that the earlier SDK makes of it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import { CALLS, HELPERS } from "./documented/calls.mjs";
import { expectedHttp, seenHttp } from "./support/http.mjs";
import { operations } from "./support/schema.mjs";
import { emulator, ROOT } from "./support/programs.mjs";

const require = createRequire(import.meta.url);
const { ScalekitClient } = require("../lib/index.js");

const read = (/** @type {string} */ path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
/** @type {Record<string, { operation: string, request: any }>} */
const RECORDED = read("documented/requests.json");
const PLAN = JSON.parse(readFileSync(join(ROOT, "tests/conformance/operations.json"), "utf8"));
const ANSWERS = new Map(PLAN.operations.map((/** @type {any} */ one) => [one.operation, one.cases[0].response]));

/**
 * Where the earlier SDK names the organization by external id, which the service's routes do not take: that has an
 * operation of its own, and elsewhere the id is looked up with it first.
 * @type {Record<string, { operation: string, request: any }>}
 */
const DIFFERENT = {
  "organization.getOrganizationByExternalId": {
    operation: "OrganizationService.GetOrganizationByExternalId",
    request: { external_id: "acme" },
  },
  "organization.updateOrganizationByExternalId": {
    operation: "OrganizationService.UpdateOrganization",
    request: { id: "org_looked_up", organization: { display_name: "Acme 3" } },
  },
};

test("every method sends what the earlier SDK sends", async (t) => {
  const world = await emulator();
  /** @type {any} */
  const client = new ScalekitClient(world.url, world.clientId, world.clientSecret);
  const methods = operations();
  for (const [path, ...args] of CALLS) {
    await t.test(path, async () => {
      const { operation, request } = DIFFERENT[path] ?? RECORDED[path] ?? assert.fail("not recorded");
      await world.fault(operation, { times: 1, json: ANSWERS.get(operation) });
      if (path === "organization.updateOrganizationByExternalId") {
        const found = { organization: { id: "org_looked_up" } };
        await world.fault("OrganizationService.GetOrganizationByExternalId", { times: 1, json: found });
      }
      const [attribute = "", name = ""] = path.split(".");
      await client[attribute][name](...args);
      const logged = await world.admin("GET", `requests?operation=${operation}`);
      const method = methods.get(operation) ?? assert.fail(`no operation ${operation}`);
      assert.deepEqual(seenHttp(logged.at(-1)), expectedHttp(method, request));
    });
  }
  assert.deepEqual(await world.admin("GET", "requests?unmatched=true"), []);
  await client.close();
});

test("the record holds the calls, and nothing else", () => {
  assert.deepEqual(Object.keys(RECORDED), CALLS.map(([path]) => path));
  assert.equal(CALLS.length + HELPERS.length, 120);
});
