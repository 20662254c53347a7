// @ts-check
/** getOrCreateConnectedAccount, on all of its roads. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { beforeEach, test } from "node:test";

import { emulator } from "./support/programs.mjs";

const require = createRequire(import.meta.url);
const { ScalekitClient, ScalekitArgumentException, ScalekitForbiddenException } = require("../lib/index.js");

const GET = "ConnectedAccountService.GetConnectedAccountAuth";
const which = { connector: " gmail ", identifier: "ada", organizationId: "org_1" };

const world = await emulator();
/** @type {any} */
let accounts;

beforeEach(async () => {
  await world.admin("POST", "reset", {});
  accounts = new ScalekitClient(world.url, world.clientId, world.clientSecret).connectedAccounts;
});

/** @param {string} operation @param {object} json @param {object} [more] */
const answer = (operation, json, more) => world.fault(`ConnectedAccountService.${operation}`, { times: 1, json, ...more });
const account = (/** @type {string} */ id) => ({ connected_account: { id, identifier: "ada" } });
const missing = () => world.fault(GET, { times: 1, status: 404 });

/** What was called, and its body. */
async function calls() {
  const logged = await world.admin("GET", "requests");
  return logged
    .filter((/** @type {any} */ one) => one.operation?.startsWith("ConnectedAccountService."))
    .map((/** @type {any} */ one) => [one.operation.split(".")[1], one.body ? JSON.parse(one.body) : one.query]);
}

test("an account that exists is returned as it is", async () => {
  await answer("GetConnectedAccountAuth", account("ca_1"));
  const { $typeName, connectedAccount } = await accounts.getOrCreateConnectedAccount(which);
  assert.equal($typeName, "scalekit.v1.connected_accounts.CreateConnectedAccountResponse");
  assert.equal(connectedAccount.id, "ca_1");
  assert.deepEqual(await calls(), [["GetConnectedAccountAuth", "organization_id=org_1&connector=gmail&identifier=ada"]]);
});

test("an account that exists gets the credentials given", async () => {
  await answer("GetConnectedAccountAuth", account("ca_1"));
  await answer("UpdateConnectedAccount", account("ca_1"));
  await accounts.upsertConnectedAccount({
    ...which,
    authorizationDetails: { details: { case: "oauthToken", value: { accessToken: "at" } } },
    apiConfig: { region: "eu" },
  });
  const [, [operation, body]] = await calls();
  assert.equal(operation, "UpdateConnectedAccount");
  assert.deepEqual(body, {
    organization_id: "org_1",
    connector: "gmail",
    identifier: "ada",
    connected_account: { authorization_details: { oauth_token: { access_token: "at" } }, api_config: { region: "eu" } },
  });
});

test("an account that does not exist is created, waiting for its user", async () => {
  await missing();
  await answer("CreateConnectedAccount", account("ca_2"));
  const { connectedAccount } = await accounts.getOrCreateConnectedAccount(which);
  assert.equal(connectedAccount.id, "ca_2");
  const [, [operation, body]] = await calls();
  assert.equal(operation, "CreateConnectedAccount");
  assert.deepEqual(body.connected_account, { authorization_details: { oauth_token: {} } });
});

test("what else goes wrong is not taken for a missing account", async () => {
  await world.fault(GET, { times: 1, status: 403 });
  await assert.rejects(accounts.getOrCreateConnectedAccount(which), ScalekitForbiddenException);
  await assert.rejects(accounts.getOrCreateConnectedAccount({ connector: "gmail", identifier: " " }), {
    name: "ScalekitArgumentException",
    message: "identifier is required",
  });
  assert.equal((await calls()).length, 1);
  await assert.rejects(accounts.getOrCreateConnectedAccount(), ScalekitArgumentException);
});
