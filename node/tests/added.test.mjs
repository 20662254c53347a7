// @ts-check
/** Methods that the official SDK does not have: the exact request of each, and all iterators. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

import { ADDED, ITERATORS } from "./documented/added.mjs";
import { expectedHttp, seenHttp } from "./support/http.mjs";
import { emulator } from "./support/programs.mjs";
import { operations } from "./support/schema.mjs";

const require = createRequire(import.meta.url);
const { ScalekitClient } = require("../lib/index.js");
const { OPERATIONS } = require("../lib/services/operations.js");

const methods = operations();

test("every added method sends the expected request", async (t) => {
  const environment = await emulator();
  /** @type {any} */
  const client = new ScalekitClient(
    environment.url,
    environment.clientId,
    environment.clientSecret,
  );
  for (const [path, args, operation, request] of ADDED) {
    await t.test(path, async () => {
      const [attribute = "", name = ""] = path.split(".");
      if (path.endsWith("ByExternalId")) {
        // The API has no route for an external id here, so the method looks up the id first.
        const found = { organization: { id: "org_found" } };
        await environment.fault("OrganizationService.GetOrganizationByExternalId", {
          times: 1,
          json: found,
        });
      }
      await environment.fault(operation, { times: 1, json: {} });
      await client[attribute][name](...args);
      const logged = await environment.admin("GET", `requests?operation=${operation}`);
      const method = methods.get(operation) ?? assert.fail(`no operation ${operation}`);
      assert.deepEqual(seenHttp(logged.at(-1)), expectedHttp(method, request));
    });
  }
  assert.deepEqual(await environment.admin("GET", "requests?unmatched=true"), []);
  await client.close();
});

test("every iterator yields the items of all pages", async (t) => {
  const environment = await emulator();
  /** @type {any} */
  const client = new ScalekitClient(
    environment.url,
    environment.clientId,
    environment.clientSecret,
  );
  for (const [path, ...args] of ITERATORS) {
    await t.test(path, async () => {
      const operation =
        Object.keys(OPERATIONS).find((key) => OPERATIONS[key].includes(path)) ??
        assert.fail("unlisted");
      const { output } = methods.get(operation) ?? assert.fail(`no operation ${operation}`);
      const items =
        output.fields.find(({ fieldKind, message }) => fieldKind === "list" && message)?.name ?? "";
      await environment.fault(operation, {
        times: 1,
        json: { [items]: [{}, {}], next_page_token: "page 2" },
      });
      await environment.fault(operation, { times: 1, json: { [items]: [{}] } });
      const [attribute = "", name = ""] = path.split(".");
      let count = 0;
      for await (const _ of client[attribute][name](...args)) {
        count += 1;
      }
      assert.equal(count, 3);
      const logged = await environment.admin("GET", `requests?operation=${operation}`);
      const tokens = logged.map((/** @type {any} */ entry) => {
        const { query, body } = seenHttp(entry);
        return (
          body?.page_token ??
          query.find((pair) => pair.startsWith("page_token="))?.slice("page_token=".length)
        );
      });
      assert.deepEqual(tokens.slice(-2), [undefined, "page 2"]);
    });
  }
  await client.close();
});

test("an iterator fetches pages lazily and stops at a repeated page token", async () => {
  const environment = await emulator();
  /** @type {any} */
  const client = new ScalekitClient(
    environment.url,
    environment.clientId,
    environment.clientSecret,
  );
  const operation = "OrganizationService.ListOrganization";
  await environment.fault(operation, {
    times: 2,
    json: { organizations: [{ id: "org_1" }, { id: "org_2" }], next_page_token: "repeated" },
  });
  const seen = [];
  for await (const { id } of client.organization.iterOrganizations()) {
    seen.push(id);
    if (seen.length === 1) {
      break;
    }
  }
  assert.equal((await environment.admin("GET", `requests?operation=${operation}`)).length, 1);
  await environment.admin("POST", "reset", {});
  await environment.fault(operation, {
    times: 3,
    json: { organizations: [{ id: "org_1" }], next_page_token: "repeated" },
  });
  const all = [];
  for await (const { id } of client.organization.iterOrganizations()) {
    all.push(id);
  }
  assert.deepEqual(all, ["org_1", "org_1"]);
  await environment.admin("POST", "reset", {});
  for (const token of ["a", "b", "a"]) {
    await environment.fault(operation, {
      times: 1,
      json: { organizations: [{ id: "org_1" }], next_page_token: token },
    });
  }
  let count = 0;
  for await (const _ of client.organization.iterOrganizations()) {
    count++;
  }
  assert.equal(count, 3);
  await client.close();
});
