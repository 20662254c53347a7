// @ts-check
/** What methods make of their arguments, and of answers that are not what they need. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { test } from "node:test";

import { operations } from "./support/schema.mjs";

const require = createRequire(import.meta.url);
const protobuf = require("@bufbuild/protobuf");
const errors = require("../lib/errors");
const { Services } = require("../lib/services.js");

const methods = operations();

/**
 * Services on a road that takes notes, and the notes.
 * @param {(operation: string) => any} [answer] JSON, or an error to reject with
 */
function services(answer = () => ({})) {
  /** @type {any[]} */
  const notes = [];
  class Noted extends Services {}
  const road = {
    /** @param {string} operation @param {Uint8Array} bytes @param {unknown} options */
    async call(operation, bytes, options) {
      const method = methods.get(operation) ?? assert.fail(operation);
      const request = protobuf.toJson(method.input, protobuf.fromBinary(method.input, bytes), { useProtoFieldName: true });
      notes.push({ operation, request, options });
      const given = answer(operation);
      if (given instanceof Error) {
        throw given;
      }
      return protobuf.toBinary(method.output, protobuf.fromJson(method.output, given));
    },
  };
  return { client: /** @type {any} */ (new Noted(road)), notes };
}

/** @param {Promise<unknown>} promise @param {string} message */
async function refused(promise, message) {
  const error = await promise.then(
    () => assert.fail(`was not refused: ${message}`),
    (error) => error,
  );
  assert.ok(error instanceof errors.ScalekitArgumentException, String(error));
  assert.equal(error.message, message);
}

test("what must be given is asked for before anything is sent", async () => {
  const { client, notes } = services();
  await refused(client.organization.getOrganization(), "organizationId is required");
  await refused(client.organization.getOrganization(" "), "organizationId is required");
  await refused(client.organization.updateOrganization("org_1", null), "organization is required");
  await refused(client.user.createUserAndMembership("org_1"), "options is required");
  await refused(client.user.createUserAndMembership("org_1", {}), "email is required");
  await refused(client.passwordless.verifyPasswordlessEmail({}), "code, or linkToken must be given");
  const needed = "connectedAccountId, or connector and identifier must be given";
  await refused(client.connectedAccounts.deleteConnectedAccount({ connector: "gmail" }), needed);
  await refused(client.mcp.createSessionToken({ identifier: "ada" }), "mcpConfigId, or connectionName must be given");
  await refused(client.organization.iterSearchOrganizations().next(), "query is required");
  assert.deepEqual(notes, []);
});

test("arguments of a wrong kind are refused without being shown", async () => {
  const { client, notes } = services();
  await refused(
    client.domain.createDomain("org_1", "acme.example", { domainType: "s3cret" }),
    "domainType must be one of DOMAIN_TYPE_UNSPECIFIED, ALLOWED_EMAIL_DOMAIN, ORGANIZATION_DOMAIN",
  );
  await refused(client.user.assignUserRoles("org_1", "usr_1", "s3cret"), "roles must be an array");
  await refused(client.tools.executeTool({ toolName: "t", params: "s3cret" }), "params must be an object");
  await refused(client.tools.executeTool({ toolName: "t", params: { big: 1n } }), "params cannot be written as JSON");
  const time = "updatedAfter must be a Date, a Timestamp or an ISO 8601 string";
  await refused(client.directory.listDirectoryUsers("org_1", "dir_1", { updatedAfter: "s3cret" }), time);
  await refused(
    client.mcp.createSessionToken({ mcpConfigId: "c", expiry: "s3cret" }),
    "expiry must be a Duration or a number of seconds",
  );
  const error = await client.organization.listOrganization({ pageSize: "s3cret" }).catch((/** @type {any} */ e) => e);
  assert.ok(error instanceof errors.ScalekitArgumentException);
  assert.equal(error.operation, "OrganizationService.ListOrganization");
  assert.equal(error.message, "scalekit.v1.organizations.ListOrganizationsRequest.page_size contains a value that cannot be encoded");
  assert.doesNotMatch(require("node:util").inspect(error), /s3cret/);
  assert.deepEqual(notes, []);
});

test("nothing but a text becomes a text, a list a list, an object a message, a boolean a boolean", async () => {
  const { client, notes } = services();
  for (const [wrong, kind] of /** @type {[any, string][]} */ ([
    [["a@b.example"], "Array"],
    [{}, "Object"],
    [Number.NaN, "number"],
    [5, "number"],
    [true, "boolean"],
    [() => "x", "function"],
    [Symbol("x"), "symbol"],
    [new Date(0), "Date"],
  ])) {
    await refused(client.passwordless.sendPasswordlessEmail(wrong), `email must be a string, not ${kind}`);
    await refused(client.organization.getOrganization(wrong), `organizationId must be a string, not ${kind}`);
    await refused(client.token.createToken("org_1", { userId: wrong }), `token.userId must be a string, not ${kind}`);
    await refused(
      client.organization.updateOrganization("org_1", { displayName: wrong }),
      `organization.displayName must be a string, not ${kind}`,
    );
    await refused(
      client.token.createToken("org_1", { customClaims: { plan: wrong } }),
      `token.customClaims.plan must be a string, not ${kind}`,
    );
  }
  await refused(client.m2m.createOrganizationClient("org_1", { scopes: "read" }), "client.scopes must be an array, not string");
  await refused(
    client.m2m.createOrganizationClient("org_1", { scopes: ["read", 5] }),
    "client.scopes[1] must be a string, not number",
  );
  await refused(client.organization.updateOrganization("org_1", "Acme"), "organization must be an object, not string");
  await refused(
    client.user.createUserAndMembership("org_1", { email: "a@b.example", sendInvitationEmail: "false" }),
    "sendInvitationEmail must be true or false, not string",
  );
  await refused(client.connectedAccounts.upsertConnectedAccount({ connector: 5 }), "connector must be a string, not number");
  assert.deepEqual(notes, []);
});

test("a time is no number, and a message of one has whole numbers", async () => {
  const { client, notes } = services();
  const sent = () => notes.at(-1).request;
  const time = "expiry must be a Date, a Timestamp or an ISO 8601 string";
  for (const expiry of [1893456000, true, [2030], { seconds: "x" }, { seconds: Number.NaN, nanos: 0 }, { seconds: 1, nanos: 0.5 }]) {
    await refused(client.token.createToken("org_1", { expiry }), time);
  }
  for (const expiry of [{ seconds: "x" }, { seconds: Number.NaN, nanos: 0 }, Number.NaN, new Date()]) {
    await refused(
      client.mcp.createSessionToken({ mcpConfigId: "c", expiry }),
      "expiry must be a Duration or a number of seconds",
    );
  }
  assert.deepEqual(notes, []);
  await client.token.createToken("org_1", { expiry: { seconds: 1 } });
  assert.equal(sent().token.expiry, "1970-01-01T00:00:01Z");
});

test("what names the object of an update is left out when it is empty, and what today trims is trimmed", async () => {
  const { client, notes } = services();
  const sent = () => notes.at(-1).request;
  const nobody = { connectedAccountId: "", organizationId: "", userId: "" };
  const connectedAccount = { apiConfig: { region: "" } };
  await client.connectedAccounts.updateConnectedAccount({ ...nobody, connector: " gmail ", identifier: "ada\n", connectedAccount });
  assert.deepEqual(sent(), { connector: "gmail", identifier: "ada", connected_account: { api_config: { region: "" } } });
  await client.connectedAccounts.updateConnectedAccount({ connectedAccountId: "ca_1", connector: " ", identifier: "", connectedAccount });
  assert.deepEqual(sent(), { id: "ca_1", connected_account: { api_config: { region: "" } } });
  await client.connectedAccounts.deleteConnectedAccount({ connector: " gmail", identifier: "ada " });
  assert.deepEqual(sent(), { connector: "gmail", identifier: "ada" });
  await client.connectedAccounts.listConnectedAccounts({ connector: " ", identifier: " ada", provider: " GOOGLE " });
  assert.deepEqual(sent(), { identifier: "ada", provider: "GOOGLE" });
  await client.connectedAccounts.verifyConnectedAccountUser({ authRequestId: " arq_1", identifier: "ada " });
  assert.deepEqual(sent(), { auth_request_id: "arq_1", identifier: "ada" });
  for (const name of ["listUserRoles", "listUserPermissions"]) {
    await /** @type {any} */ (client.user)[name](" org_1", "usr_1\n");
    assert.deepEqual(sent(), { organization_id: "org_1", user_id: "usr_1" });
  }
  await client.token.updateToken("tok", { description: "" });
  assert.deepEqual(sent(), { token: "tok", description: "" });
});

test("enums go by number or name, times as Date, text or message, lengths of time in seconds", async () => {
  const { client, notes } = services();
  const sent = () => notes.at(-1).request;
  for (const domainType of [2, "ORGANIZATION_DOMAIN"]) {
    await client.domain.createDomain("org_1", "acme.example", { domainType });
    assert.equal(sent().domain.domain_type, "ORGANIZATION_DOMAIN");
  }
  const instant = "2026-01-02T03:04:05.006Z";
  for (const expiry of [new Date(instant), instant, { seconds: 1767323045n, nanos: 6_000_000 }]) {
    await client.token.createToken("org_1", { expiry });
    assert.equal(sent().token.expiry, instant);
  }
  await client.token.createToken("org_1", { expiry: new Date(-500) });
  assert.equal(sent().token.expiry, "1969-12-31T23:59:59.500Z");
  for (const expiry of [1.5, { seconds: 1n, nanos: 500_000_000 }]) {
    await client.mcp.createSessionToken({ mcpConfigId: "cfg_1", expiry });
    assert.equal(sent().expiry, "1.500s");
  }
  await client.m2m.createOrganizationClient("org_1", { expiry: 3600, customClaims: { a: "1", b: "2" } });
  assert.deepEqual(sent().client, {
    expiry: "3600",
    custom_claims: [
      { key: "a", value: "1" },
      { key: "b", value: "2" },
    ],
  });
});

test("what is left out, null or an empty text leaves its field alone; in an update an empty text clears", async () => {
  const { client, notes } = services();
  for (const options of [undefined, null, {}, { externalId: "", slug: null, logoUrl: undefined }]) {
    await client.organization.createOrganization("Acme", options);
    assert.deepEqual(notes.at(-1).request, { organization: { display_name: "Acme" } });
  }
  await client.user.updateUser("usr_1", { externalId: "" });
  assert.deepEqual(notes.at(-1).request.user, { external_id: "" });
  await client.organization.upsertUserManagementSettings("org_1", { maxAllowedUsers: null });
  assert.deepEqual(notes.at(-1).request, { organization_id: "org_1", settings: {} });
});

test("a field given apart joins the message that it belongs to", async () => {
  const { client, notes } = services();
  const { CreateUserProfileSchema } = require("../lib/pkg/grpc/scalekit/v1/users/users_pb.js");
  const profiles = [{ firstName: "Ada" }, protobuf.create(CreateUserProfileSchema, { firstName: "Ada" })];
  for (const userProfile of profiles) {
    const given = { email: "a@b.example", userProfile, phoneNumber: "+1" };
    await client.user.createUserAndMembership("org_1", given);
    assert.deepEqual(notes.at(-1).request.user.user_profile, { first_name: "Ada", phone_number: "+1" });
  }
  await client.user.createUserAndMembership("org_1", { email: "a@b.example" });
  assert.equal(notes.at(-1).request.user.user_profile, undefined);
});

test("the options of a call reach the road", async () => {
  const { client, notes } = services();
  const options = { timeoutMs: 5 };
  await client.organization.getOrganization("org_1", options);
  await client.organization.createOrganization("Acme", undefined, options);
  await client.organization.iterOrganizations({ pageSize: 1 }, options).next();
  assert.deepEqual(
    notes.map((note) => note.options),
    [options, options, options],
  );
});

test("an answer without what a method returns is an error", async () => {
  const { client } = services();
  const link = await client.organization.generatePortalLink("org_1").catch((/** @type {any} */ error) => error);
  assert.ok(link instanceof errors.ScalekitServerException);
  assert.equal(link.message, "the response has no link");
  assert.equal(link.operation, "OrganizationService.GeneratePortalLink");
  assert.equal(await client.organization.upsertUserManagementSettings("org_1", {}), undefined);
  const none = await client.directory.getPrimaryDirectoryByOrganizationId("org_1").catch((/** @type {any} */ e) => e);
  assert.ok(none instanceof errors.ScalekitNotFoundException);
  assert.deepEqual([none.httpStatus, none.grpcStatus], [404, 5]);
});

test("a token that the service refuses is a failed validation, and a failing service is not", async () => {
  for (const [grpcStatus, failed] of /** @type {[number, boolean][]} */ ([
    [16, true],
    [5, true],
    [3, true],
    [7, true],
    [14, false],
  ])) {
    const cause = new errors.ScalekitServerException("no", { grpcStatus, operation: "ApiTokenService.ValidateToken" });
    const { client } = services(() => cause);
    const error = await client.token.validateToken("tok").catch((/** @type {any} */ error) => error);
    assert.equal(error instanceof errors.ScalekitValidateTokenFailureException, failed, String(grpcStatus));
    assert.equal(failed ? error.cause : error, cause);
  }
});

test("a service's client loads no messages before its first call", () => {
  const program = `
    const { Services } = require("scalekit-client/lib/services");
    const services = new (class extends Services {})({});
    for (const name of Object.keys(services)) services[name].constructor;
    console.log(Object.keys(require.cache).filter((path) => /_pb\\.js$|@bufbuild/.test(path)).length);`;
  const options = /** @type {const} */ ({ cwd: import.meta.dirname, encoding: "utf8" });
  assert.equal(execFileSync(process.execPath, ["-e", program], options).trim(), "0");
});

test("clients show nothing but themselves when they are printed", () => {
  const { client } = services();
  assert.match(require("node:util").inspect(client.organization), /^OrganizationClient {}$/);
  assert.doesNotMatch(require("node:util").inspect(client, { depth: 5 }), /road/i);
});
