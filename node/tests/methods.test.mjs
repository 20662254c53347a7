// @ts-check
/** Conversion and validation of arguments, and handling of incomplete responses. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { test } from "node:test";

import { operations } from "./support/schema.mjs";

const require = createRequire(import.meta.url);
const protobuf = require("@bufbuild/protobuf");
const errors = require("../lib/errors");
const { Services } = require("../lib/services/index.js");

const methods = operations();

/**
 * Creates services with a transport that records requests.
 * @param {(operation: string) => any} [respond] returns the response as JSON, or an error to reject
 *   with
 */
function services(respond = () => ({})) {
  /** @type {any[]} */
  const requests = [];
  class RecordingServices extends Services {}
  const transport = {
    /** @param {string} operation @param {Uint8Array} bytes @param {unknown} options */
    async call(operation, bytes, options) {
      const method = methods.get(operation) ?? assert.fail(operation);
      const request = protobuf.toJson(method.input, protobuf.fromBinary(method.input, bytes), {
        useProtoFieldName: true,
      });
      requests.push({ operation, request, options });
      const response = respond(operation);
      if (response instanceof Error) {
        throw response;
      }
      return protobuf.toBinary(method.output, protobuf.fromJson(method.output, response));
    },
    forward: () => assert.fail("no request of a service is forwarded"),
  };
  return { client: /** @type {any} */ (new RecordingServices(transport)), requests };
}

/** @param {Promise<unknown>} promise @param {string} message */
async function assertRejected(promise, message) {
  const error = await promise.then(
    () => assert.fail(`was not rejected: ${message}`),
    (error) => error,
  );
  assert.ok(error instanceof errors.ScalekitArgumentException, String(error));
  assert.equal(error.message, message);
}

test("a missing argument is rejected before a request is sent", async () => {
  const { client, requests } = services();
  await assertRejected(client.organization.getOrganization(), "organizationId is required");
  await assertRejected(client.organization.getOrganization(" "), "organizationId is required");
  await assertRejected(
    client.organization.updateOrganization("org_1", null),
    "organization is required",
  );
  await assertRejected(client.user.createUserAndMembership("org_1"), "options is required");
  await assertRejected(client.user.createUserAndMembership("org_1", {}), "email is required");
  await assertRejected(
    client.passwordless.verifyPasswordlessEmail({}),
    "code, or linkToken must be given",
  );
  const needed = "connectedAccountId, or connector and identifier must be given";
  await assertRejected(
    client.connectedAccounts.deleteConnectedAccount({ connector: "gmail" }),
    needed,
  );
  await assertRejected(
    client.mcp.createSessionToken({ identifier: "ada" }),
    "mcpConfigId, or connectionName must be given",
  );
  await assertRejected(client.organization.iterSearchOrganizations().next(), "query is required");
  assert.deepEqual(requests, []);
});

test("an invalid argument is rejected and does not appear in the error", async () => {
  const { client, requests } = services();
  await assertRejected(
    client.domain.createDomain("org_1", "acme.example", { domainType: "s3cret" }),
    "domainType must be one of DOMAIN_TYPE_UNSPECIFIED, ALLOWED_EMAIL_DOMAIN, ORGANIZATION_DOMAIN",
  );
  await assertRejected(
    client.user.assignUserRoles("org_1", "usr_1", "s3cret"),
    "roles must be an array",
  );
  await assertRejected(
    client.tools.executeTool({ toolName: "t", params: "s3cret" }),
    "params must be an object",
  );
  await assertRejected(
    client.tools.executeTool({ toolName: "t", params: { big: 1n } }),
    "params cannot be written as JSON",
  );
  const time = "updatedAfter must be a Date, a Timestamp or an ISO 8601 string";
  await assertRejected(
    client.directory.listDirectoryUsers("org_1", "dir_1", { updatedAfter: "s3cret" }),
    time,
  );
  await assertRejected(
    client.mcp.createSessionToken({ mcpConfigId: "c", expiry: "s3cret" }),
    "expiry must be a Duration or a number of seconds",
  );
  const error = await client.organization
    .listOrganization({ pageSize: "s3cret" })
    .catch((/** @type {any} */ e) => e);
  assert.ok(error instanceof errors.ScalekitArgumentException);
  assert.equal(error.operation, "OrganizationService.ListOrganization");
  assert.equal(
    error.message,
    "scalekit.v1.organizations.ListOrganizationsRequest.page_size contains a value that cannot " +
      "be encoded",
  );
  assert.doesNotMatch(require("node:util").inspect(error), /s3cret/);
  assert.deepEqual(requests, []);
});

test("values of a wrong type are rejected instead of being coerced", async () => {
  const { client, requests } = services();
  for (const [wrong, type] of /** @type {[any, string][]} */ ([
    [["a@b.example"], "Array"],
    [{}, "Object"],
    [Number.NaN, "number"],
    [5, "number"],
    [true, "boolean"],
    [() => "x", "function"],
    [Symbol("x"), "symbol"],
    [new Date(0), "Date"],
  ])) {
    await assertRejected(
      client.passwordless.sendPasswordlessEmail(wrong),
      `email must be a string, not ${type}`,
    );
    await assertRejected(
      client.organization.getOrganization(wrong),
      `organizationId must be a string, not ${type}`,
    );
    await assertRejected(
      client.token.createToken("org_1", { userId: wrong }),
      `token.userId must be a string, not ${type}`,
    );
    await assertRejected(
      client.organization.updateOrganization("org_1", { displayName: wrong }),
      `organization.displayName must be a string, not ${type}`,
    );
    await assertRejected(
      client.token.createToken("org_1", { customClaims: { plan: wrong } }),
      `token.customClaims.plan must be a string, not ${type}`,
    );
  }
  await assertRejected(
    client.m2m.createOrganizationClient("org_1", { scopes: "read" }),
    "client.scopes must be an array, not string",
  );
  await assertRejected(
    client.m2m.createOrganizationClient("org_1", { scopes: ["read", 5] }),
    "client.scopes[1] must be a string, not number",
  );
  await assertRejected(
    client.organization.updateOrganization("org_1", "Acme"),
    "organization must be an object, not string",
  );
  await assertRejected(
    client.user.createUserAndMembership("org_1", {
      email: "a@b.example",
      sendInvitationEmail: "false",
    }),
    "sendInvitationEmail must be true or false, not string",
  );
  await assertRejected(
    client.connectedAccounts.upsertConnectedAccount({ connector: 5 }),
    "connector must be a string, not number",
  );
  assert.deepEqual(requests, []);
});

test("a time is not a number, and the numbers of a Timestamp or Duration are whole", async () => {
  const { client, requests } = services();
  const sent = () => requests.at(-1).request;
  const time = "expiry must be a Date, a Timestamp or an ISO 8601 string";
  for (const expiry of [
    1893456000,
    true,
    [2030],
    { seconds: "x" },
    { seconds: Number.NaN, nanos: 0 },
    { seconds: 1, nanos: 0.5 },
  ]) {
    await assertRejected(client.token.createToken("org_1", { expiry }), time);
  }
  for (const expiry of [
    { seconds: "x" },
    { seconds: Number.NaN, nanos: 0 },
    Number.NaN,
    new Date(),
  ]) {
    await assertRejected(
      client.mcp.createSessionToken({ mcpConfigId: "c", expiry }),
      "expiry must be a Duration or a number of seconds",
    );
  }
  assert.deepEqual(requests, []);
  await client.token.createToken("org_1", { expiry: { seconds: 1 } });
  assert.equal(sent().token.expiry, "1970-01-01T00:00:01Z");
});

test("empty identifiers of an update are not sent, and identifiers are trimmed", async () => {
  const { client, requests } = services();
  const sent = () => requests.at(-1).request;
  const noIds = { connectedAccountId: "", organizationId: "", userId: "" };
  const connectedAccount = { apiConfig: { region: "" } };
  await client.connectedAccounts.updateConnectedAccount({
    ...noIds,
    connector: " gmail ",
    identifier: "ada\n",
    connectedAccount,
  });
  assert.deepEqual(sent(), {
    connector: "gmail",
    identifier: "ada",
    connected_account: { api_config: { region: "" } },
  });
  await client.connectedAccounts.updateConnectedAccount({
    connectedAccountId: "ca_1",
    connector: " ",
    identifier: "",
    connectedAccount,
  });
  assert.deepEqual(sent(), { id: "ca_1", connected_account: { api_config: { region: "" } } });
  await client.connectedAccounts.deleteConnectedAccount({
    connector: " gmail",
    identifier: "ada ",
  });
  assert.deepEqual(sent(), { connector: "gmail", identifier: "ada" });
  await client.connectedAccounts.listConnectedAccounts({
    connector: " ",
    identifier: " ada",
    provider: " GOOGLE ",
  });
  assert.deepEqual(sent(), { identifier: "ada", provider: "GOOGLE" });
  await client.connectedAccounts.verifyConnectedAccountUser({
    authRequestId: " arq_1",
    identifier: "ada ",
  });
  assert.deepEqual(sent(), { auth_request_id: "arq_1", identifier: "ada" });
  for (const name of ["listUserRoles", "listUserPermissions"]) {
    await /** @type {any} */ (client.user)[name](" org_1", "usr_1\n");
    assert.deepEqual(sent(), { organization_id: "org_1", user_id: "usr_1" });
  }
  await client.token.updateToken("tok", { description: "" });
  assert.deepEqual(sent(), { token: "tok", description: "" });
});

test("enums accept names, times accept dates and strings, durations accept seconds", async () => {
  const { client, requests } = services();
  const sent = () => requests.at(-1).request;
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
  await client.m2m.createOrganizationClient("org_1", {
    expiry: 3600,
    customClaims: { a: "1", b: "2" },
  });
  assert.deepEqual(sent().client, {
    expiry: "3600",
    custom_claims: [
      { key: "a", value: "1" },
      { key: "b", value: "2" },
    ],
  });
});

test("empty arguments are not sent, but an empty string clears a field in an update", async () => {
  const { client, requests } = services();
  for (const options of [undefined, null, {}, { externalId: "", slug: null, logoUrl: undefined }]) {
    await client.organization.createOrganization("Acme", options);
    assert.deepEqual(requests.at(-1).request, { organization: { display_name: "Acme" } });
  }
  await client.user.updateUser("usr_1", { externalId: "" });
  assert.deepEqual(requests.at(-1).request.user, { external_id: "" });
  await client.organization.upsertUserManagementSettings("org_1", { maxAllowedUsers: null });
  assert.deepEqual(requests.at(-1).request, { organization_id: "org_1", settings: {} });
});

test("a separate argument is merged into its message", async () => {
  const { client, requests } = services();
  const { CreateUserProfileSchema } = require("../lib/messages/scalekit/v1/users/users_pb.js");
  const profiles = [
    { firstName: "Ada" },
    protobuf.create(CreateUserProfileSchema, { firstName: "Ada" }),
  ];
  for (const userProfile of profiles) {
    const options = { email: "a@b.example", userProfile, phoneNumber: "+1" };
    await client.user.createUserAndMembership("org_1", options);
    assert.deepEqual(requests.at(-1).request.user.user_profile, {
      first_name: "Ada",
      phone_number: "+1",
    });
  }
  await client.user.createUserAndMembership("org_1", { email: "a@b.example" });
  assert.equal(requests.at(-1).request.user.user_profile, undefined);
});

test("the options of a call are passed to the transport", async () => {
  const { client, requests } = services();
  const options = { timeoutMs: 5 };
  await client.organization.getOrganization("org_1", options);
  await client.organization.createOrganization("Acme", undefined, options);
  await client.organization.iterOrganizations({ pageSize: 1 }, options).next();
  assert.deepEqual(
    requests.map((request) => request.options),
    [options, options, options],
  );
});

test("a response without the returned field is an error", async () => {
  const { client } = services();
  const link = await client.organization
    .generatePortalLink("org_1")
    .catch((/** @type {any} */ error) => error);
  assert.ok(link instanceof errors.ScalekitServerException);
  assert.equal(link.message, "the response has no link");
  assert.equal(link.operation, "OrganizationService.GeneratePortalLink");
  assert.equal(await client.organization.upsertUserManagementSettings("org_1", {}), undefined);
  const none = await client.directory
    .getPrimaryDirectoryByOrganizationId("org_1")
    .catch((/** @type {any} */ e) => e);
  assert.ok(none instanceof errors.ScalekitNotFoundException);
  assert.deepEqual([none.httpStatus, none.grpcStatus], [404, 5]);
});

test("a rejected token is a validation failure, and a failing service is not", async () => {
  for (const [grpcStatus, failed] of /** @type {[number, boolean][]} */ ([
    [16, true],
    [5, true],
    [3, true],
    [7, true],
    [14, false],
  ])) {
    const cause = new errors.ScalekitServerException("no", {
      grpcStatus,
      operation: "ApiTokenService.ValidateToken",
    });
    const { client } = services(() => cause);
    const error = await client.token
      .validateToken("tok")
      .catch((/** @type {any} */ error) => error);
    assert.equal(
      error instanceof errors.ScalekitValidateTokenFailureException,
      failed,
      String(grpcStatus),
    );
    assert.equal(failed ? error.cause : error, cause);
  }
});

test("a service client loads no message modules before its first call", () => {
  const program = `
    const { Services } = require("../lib/services");
    const services = new (class extends Services {})({});
    for (const name of Object.keys(services)) services[name].constructor;
    const loaded = Object.keys(require.cache);
    console.log(loaded.filter((path) => /_pb\\.js$|@bufbuild/.test(path)).length);`;
  const options = /** @type {const} */ ({ cwd: import.meta.dirname, encoding: "utf8" });
  assert.equal(execFileSync(process.execPath, ["-e", program], options).trim(), "0");
});

test("a logged client does not contain its transport", () => {
  const { client } = services();
  assert.match(require("node:util").inspect(client.organization), /^OrganizationClient {}$/);
  assert.doesNotMatch(require("node:util").inspect(client, { depth: 5 }), /transport/i);
});
