// @ts-check
/** All paths of getOrCreateConnectedAccount and upsertConnectedAccount. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { beforeEach, test } from "node:test";

import { emulator } from "./support/programs.mjs";

const require = createRequire(import.meta.url);
const {
  ScalekitClient,
  ScalekitArgumentException,
  ScalekitForbiddenException,
} = require("../lib/index.js");

const GET = "ConnectedAccountService.GetConnectedAccountAuth";
const key = { connector: " gmail ", identifier: "ada", organizationId: "org_1" };

const environment = await emulator();
/** @type {any} */
let accounts;

beforeEach(async () => {
  await environment.admin("POST", "reset", {});
  accounts = new ScalekitClient(environment.url, environment.clientId, environment.clientSecret)
    .connectedAccounts;
});

/** @param {string} operation @param {object} json @param {object} [more] */
const respond = (operation, json, more) =>
  environment.fault(`ConnectedAccountService.${operation}`, { times: 1, json, ...more });
const account = (/** @type {string} */ id) => ({ connected_account: { id, identifier: "ada" } });
const missing = () => environment.fault(GET, { times: 1, status: 404 });

/** Returns the called operations with their bodies or queries. */
async function calls() {
  const logged = await environment.admin("GET", "requests");
  return logged
    .filter((/** @type {any} */ entry) => entry.operation?.startsWith("ConnectedAccountService."))
    .map((/** @type {any} */ entry) => [
      entry.operation.split(".")[1],
      entry.body ? JSON.parse(entry.body) : entry.query,
    ]);
}

test("an existing account is returned unchanged", async () => {
  await respond("GetConnectedAccountAuth", account("ca_1"));
  const { $typeName, connectedAccount } = await accounts.getOrCreateConnectedAccount(key);
  assert.equal($typeName, "scalekit.v1.connected_accounts.CreateConnectedAccountResponse");
  assert.equal(connectedAccount.id, "ca_1");
  assert.deepEqual(await calls(), [
    ["GetConnectedAccountAuth", "organization_id=org_1&connector=gmail&identifier=ada"],
  ]);
});

test("an existing account is updated with the credentials", async () => {
  await respond("GetConnectedAccountAuth", account("ca_1"));
  await respond("UpdateConnectedAccount", account("ca_1"));
  await accounts.upsertConnectedAccount({
    ...key,
    authorizationDetails: { details: { case: "oauthToken", value: { accessToken: "at" } } },
    apiConfig: { region: "eu" },
  });
  const [, [operation, body]] = await calls();
  assert.equal(operation, "UpdateConnectedAccount");
  assert.deepEqual(body, {
    organization_id: "org_1",
    connector: "gmail",
    identifier: "ada",
    connected_account: {
      authorization_details: { oauth_token: { access_token: "at" } },
      api_config: { region: "eu" },
    },
  });
});

test("an account that does not exist is created without credentials", async () => {
  await missing();
  await respond("CreateConnectedAccount", account("ca_2"));
  const { connectedAccount } = await accounts.getOrCreateConnectedAccount(key);
  assert.equal(connectedAccount.id, "ca_2");
  const [, [operation, body]] = await calls();
  assert.equal(operation, "CreateConnectedAccount");
  assert.deepEqual(body.connected_account, { authorization_details: { oauth_token: {} } });
});

test("other errors do not create an account", async () => {
  await environment.fault(GET, { times: 1, status: 403 });
  await assert.rejects(accounts.getOrCreateConnectedAccount(key), ScalekitForbiddenException);
  await assert.rejects(
    accounts.getOrCreateConnectedAccount({ connector: "gmail", identifier: " " }),
    {
      name: "ScalekitArgumentException",
      message: "identifier is required",
    },
  );
  assert.equal((await calls()).length, 1);
  await assert.rejects(accounts.getOrCreateConnectedAccount(), ScalekitArgumentException);
});
