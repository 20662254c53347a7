// @ts-check
/** Every method of the official SDK sends the same request as the official SDK, to the emulator. */
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

const read = (/** @type {string} */ path) =>
  JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
/** @type {Record<string, { operation: string, request: any }>} */
const RECORDED = read("documented/requests.json");
const PLAN = JSON.parse(readFileSync(join(ROOT, "tests/conformance/operations.json"), "utf8"));
const RESPONSES = new Map(
  PLAN.operations.map((/** @type {any} */ entry) => [entry.operation, entry.cases[0].response]),
);

/**
 * Methods for which the official SDK sends an external id to routes that only accept an
 * organization's id. This package calls `GetOrganizationByExternalId` instead, or first, to look up
 * the id.
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

test("every method sends the same request as the official SDK", async (t) => {
  const environment = await emulator();
  /** @type {any} */
  const client = new ScalekitClient(
    environment.url,
    environment.clientId,
    environment.clientSecret,
  );
  const methods = operations();
  for (const [path, ...args] of CALLS) {
    await t.test(path, async () => {
      const { operation, request } =
        DIFFERENT[path] ?? RECORDED[path] ?? assert.fail("not recorded");
      await environment.fault(operation, { times: 1, json: RESPONSES.get(operation) });
      if (path === "organization.updateOrganizationByExternalId") {
        const found = { organization: { id: "org_looked_up" } };
        await environment.fault("OrganizationService.GetOrganizationByExternalId", {
          times: 1,
          json: found,
        });
      }
      const [attribute = "", name = ""] = path.split(".");
      await client[attribute][name](...args);
      const logged = await environment.admin("GET", `requests?operation=${operation}`);
      const method = methods.get(operation) ?? assert.fail(`no operation ${operation}`);
      assert.deepEqual(seenHttp(logged.at(-1)), expectedHttp(method, request));
    });
  }
  assert.deepEqual(await environment.admin("GET", "requests?unmatched=true"), []);
  await client.close();
});

test("the recorded requests are exactly those of the calls", () => {
  assert.deepEqual(
    Object.keys(RECORDED),
    CALLS.map(([path]) => path),
  );
  assert.equal(CALLS.length + HELPERS.length, 120);
});
