// @ts-check
/** The methods beyond the earlier SDK: the exact request of each, and iterators through all pages. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

import { ADDED, ITERATORS } from "./documented/added.mjs";
import { expectedHttp, seenHttp } from "./support/http.mjs";
import { emulator } from "./support/programs.mjs";
import { operations } from "./support/schema.mjs";

const require = createRequire(import.meta.url);
const { ScalekitClient } = require("../lib/index.js");
const { OPERATIONS } = require("../lib/operations.js");

const methods = operations();

test("every added method makes its request", async (t) => {
  const world = await emulator();
  /** @type {any} */
  const client = new ScalekitClient(world.url, world.clientId, world.clientSecret);
  for (const [path, args, operation, request] of ADDED) {
    await t.test(path, async () => {
      const [attribute = "", name = ""] = path.split(".");
      if (path.endsWith("ByExternalId")) {
        // The service has no route that takes an organization's external id here; its id is looked up.
        const found = { organization: { id: "org_found" } };
        await world.fault("OrganizationService.GetOrganizationByExternalId", { times: 1, json: found });
      }
      await world.fault(operation, { times: 1, json: {} });
      await client[attribute][name](...args);
      const logged = await world.admin("GET", `requests?operation=${operation}`);
      const method = methods.get(operation) ?? assert.fail(`no operation ${operation}`);
      assert.deepEqual(seenHttp(logged.at(-1)), expectedHttp(method, request));
    });
  }
  assert.deepEqual(await world.admin("GET", "requests?unmatched=true"), []);
  await client.close();
});

test("every iterator goes through all pages", async (t) => {
  const world = await emulator();
  /** @type {any} */
  const client = new ScalekitClient(world.url, world.clientId, world.clientSecret);
  for (const [path, ...args] of ITERATORS) {
    await t.test(path, async () => {
      const operation = Object.keys(OPERATIONS).find((key) => OPERATIONS[key].includes(path)) ?? assert.fail("unlisted");
      const { output } = methods.get(operation) ?? assert.fail(`no operation ${operation}`);
      const items = output.fields.find(({ fieldKind, message }) => fieldKind === "list" && message)?.name ?? "";
      await world.fault(operation, { times: 1, json: { [items]: [{}, {}], next_page_token: "second page" } });
      await world.fault(operation, { times: 1, json: { [items]: [{}] } });
      const [attribute = "", name = ""] = path.split(".");
      let count = 0;
      for await (const _ of client[attribute][name](...args)) {
        count += 1;
      }
      assert.equal(count, 3);
      const logged = await world.admin("GET", `requests?operation=${operation}`);
      const tokens = logged.map((/** @type {any} */ one) => {
        const { query, body } = seenHttp(one);
        return body?.page_token ?? query.find((pair) => pair.startsWith("page_token="))?.slice("page_token=".length);
      });
      assert.deepEqual(tokens.slice(-2), [undefined, "second page"]);
    });
  }
  await client.close();
});

test("an iterator fetches no page before the loop gets there, and stops at a token that comes again", async () => {
  const world = await emulator();
  /** @type {any} */
  const client = new ScalekitClient(world.url, world.clientId, world.clientSecret);
  const operation = "OrganizationService.ListOrganization";
  await world.fault(operation, { times: 2, json: { organizations: [{ id: "org_1" }, { id: "org_2" }], next_page_token: "again" } });
  const seen = [];
  for await (const { id } of client.organization.iterOrganizations()) {
    seen.push(id);
    if (seen.length === 1) {
      break;
    }
  }
  assert.equal((await world.admin("GET", `requests?operation=${operation}`)).length, 1);
  await world.admin("POST", "reset", {});
  await world.fault(operation, { times: 3, json: { organizations: [{ id: "org_1" }], next_page_token: "again" } });
  const all = [];
  for await (const { id } of client.organization.iterOrganizations()) {
    all.push(id);
  }
  assert.deepEqual(all, ["org_1", "org_1"]);
  await world.admin("POST", "reset", {});
  for (const token of ["there", "back", "there"]) {
    await world.fault(operation, { times: 1, json: { organizations: [{ id: "org_1" }], next_page_token: token } });
  }
  let circling = 0;
  for await (const _ of client.organization.iterOrganizations()) {
    circling++;
  }
  assert.equal(circling, 3);
  await client.close();
});
