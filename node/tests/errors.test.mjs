// @ts-check
/** Every exception class, triggered by faults of the emulator. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { inspect } from "node:util";

import * as scalekit from "scalekit-client";

import { emulator } from "./support/programs.mjs";
import { server } from "./support/server.mjs";

const { ScalekitClient, ScalekitException, ScalekitServerException, isToolException } = scalekit;
const environment = await emulator();
const { url, clientId, clientSecret } = environment;
const client = new ScalekitClient(url, clientId, clientSecret, { maxRetries: 0 });
const TYPE = "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo";
const thrown = new Set();

beforeEach(() => environment.reset());

/**
 * Returns the exception of a call. Checks that its class is from this package and that it contains
 * no secret.
 * @param {() => unknown} call
 * @returns {Promise<any>}
 */
async function failure(call) {
  try {
    await call();
  } catch (/** @type {any} */ error) {
    assert.ok(error instanceof ScalekitException, inspect(error));
    assert.ok(error instanceof Error);
    assert.equal(error.name, error.constructor.name);
    thrown.add(error.name);
    const shown = [
      inspect(error, { depth: 10, showHidden: true }),
      String(error),
      JSON.stringify(error),
      error.stack,
    ];
    for (const text of shown) {
      assert.ok(!text?.includes(clientSecret), text);
      assert.ok(!text?.includes("Bearer"), text);
    }
    return error;
  }
  throw new Error("the call did not fail");
}

const get = () => client.organization.getOrganization("org_1");
const execute = () => client.tools.executeTool({ toolName: "t", identifier: "me", params: {} });

/** @type {[code: string, status: number, grpc: number, name: string][]} */
const CODES = [
  ["INVALID_ARGUMENT", 400, 3, "ScalekitBadRequestException"],
  ["FAILED_PRECONDITION", 400, 9, "ScalekitBadRequestException"],
  ["OUT_OF_RANGE", 400, 11, "ScalekitBadRequestException"],
  ["UNAUTHENTICATED", 401, 16, "ScalekitUnauthorizedException"],
  ["PERMISSION_DENIED", 403, 7, "ScalekitForbiddenException"],
  ["NOT_FOUND", 404, 5, "ScalekitNotFoundException"],
  ["ALREADY_EXISTS", 409, 6, "ScalekitConflictException"],
  ["ABORTED", 409, 10, "ScalekitConflictException"],
  ["RESOURCE_EXHAUSTED", 429, 8, "ScalekitTooManyRequestsException"],
  ["CANCELLED", 499, 1, "ScalekitCancelledException"],
  ["UNKNOWN", 500, 2, "ScalekitInternalServerException"],
  ["INTERNAL", 500, 13, "ScalekitInternalServerException"],
  ["DATA_LOSS", 500, 15, "ScalekitInternalServerException"],
  ["UNIMPLEMENTED", 501, 12, "ScalekitNotImplementedException"],
  ["UNAVAILABLE", 503, 14, "ScalekitServiceUnavailableException"],
  ["DEADLINE_EXCEEDED", 504, 4, "ScalekitGatewayTimeoutException"],
];

for (const [code, status, grpc, name] of CODES) {
  // Connect spells `canceled` with one l.
  const connect = code === "CANCELLED" ? "canceled" : code.toLowerCase();
  test(`${code} is ${name}`, async () => {
    await environment.fault("OrganizationService.GetOrganization", {
      error: { code, message: `message of ${code}`, error_code: "MY_CODE" },
    });
    const error = await failure(get);
    assert.equal(error.name, name);
    assert.ok(error instanceof ScalekitServerException);
    assert.equal(error.message, `[${connect}] message of ${code}`);
    assert.equal(error.httpStatus, status);
    assert.equal(error.grpcStatus, grpc);
    assert.equal(error.errorCode, "MY_CODE");
    assert.equal(error.operation, "OrganizationService.GetOrganization");
    assert.equal(typeof error.retryable, "boolean");
    assert.equal(isToolException(error), false);
    assert.equal(error.unpackedDetails[0].errorCode, "MY_CODE");
    assert.equal(error.unpackedDetails[0].$typeName, "scalekit.v1.errdetails.ErrorInfo");
    assert.deepEqual(error.errDetails, error.unpackedDetails);
    assert.match(String(error), new RegExp(`${status} \\w+ \\[MY_CODE\\]: message of ${code}`));
  });
}

test("an error without a code has the class of its status", async () => {
  /** @type {[number, string][]} */
  const statuses = [
    [418, "ScalekitUnknownException"],
    [404, "ScalekitNotFoundException"],
    [502, "ScalekitInternalServerException"],
    [503, "ScalekitServiceUnavailableException"],
  ];
  for (const [status, name] of statuses) {
    await environment.reset();
    await environment.fault("OrganizationService.GetOrganization", {
      status,
      body: "<html>a proxy</html>",
    });
    const error = await failure(get);
    assert.equal(error.name, name);
    assert.equal(error.httpStatus, status);
    assert.deepEqual(error.errDetails, { body: "<html>a proxy</html>" });
    assert.match(
      error.message,
      new RegExp(`^\\[[a-z_]+\\] HTTP ${status} with an HTML page: "a proxy"$`),
    );
    assert.deepEqual(error.unpackedDetails, []);
  }
});

test("responses without JSON are reported in plain words", async () => {
  /** @type {[string, any, string][]} */
  const cases = [
    [
      "OrganizationService.GetOrganization",
      { status: 400, body: "" },
      "[invalid_argument] HTTP 400 with an empty body",
    ],
    [
      "oauth.token",
      { status: 401, body: "" },
      "[unauthenticated] no service token: HTTP 401 with an empty body",
    ],
    [
      "OrganizationService.GetOrganization",
      { status: 200, body: "<title>Welcome</title>" },
      '[unknown] HTTP 200 with an HTML page instead of a JSON object (check envUrl): "Welcome"',
    ],
  ];
  for (const [operation, fault, message] of cases) {
    await environment.reset();
    await environment.fault(operation, fault);
    const fresh = new ScalekitClient(url, clientId, clientSecret, { maxRetries: 0 });
    const error = await failure(() => fresh.organization.getOrganization("org_1"));
    assert.equal(error.message, message);
  }
});

for (const [code, status, name, base] of /** @type {[number, number, string, string][]} */ ([
  [16, 401, "ScalekitToolUnauthorizedException", "ScalekitUnauthorizedException"],
  [7, 403, "ScalekitToolForbiddenException", "ScalekitForbiddenException"],
  [8, 429, "ScalekitToolRateLimitException", "ScalekitTooManyRequestsException"],
  [3, 400, "ScalekitToolException", "ScalekitServerException"],
])) {
  test(`a tool's ${status} is ${name}`, async () => {
    const info = {
      tool_error_code: "quota",
      tool_error_message: "slow down",
      execution_id: "exec_1",
    };
    const details = [{ "@type": TYPE, error_code: "TOOL_ERROR", tool_error_info: info }];
    await environment.fault("ToolService.ExecuteTool", {
      status,
      json: { code, message: "rejected", details },
    });
    const error = await failure(execute);
    assert.equal(error.name, name);
    assert.ok(error instanceof /** @type {any} */ (scalekit)[base]);
    assert.ok(isToolException(error));
    assert.equal(error.isToolError, true);
    assert.equal(error.toolErrorCode, "quota");
    assert.equal(error.toolErrorMessage, "slow down");
    assert.equal(error.executionId, "exec_1");
    assert.equal(error.errorCode, "TOOL_ERROR");
    assert.equal(error.retryable, false);
    assert.equal(error.unpackedDetails[0]?.toolErrorInfo?.executionId, "exec_1");
  });
}

test("a logged exception contains all its fields, as text and as JSON", async () => {
  await environment.fault("OrganizationService.GetOrganization", {
    error: { code: "NOT_FOUND", message: "no such organization", error_code: "MY_CODE" },
  });
  const error = await failure(get);
  const written = JSON.parse(JSON.stringify(error));
  assert.deepEqual(written, {
    name: "ScalekitNotFoundException",
    message: "[not_found] no such organization",
    operation: "OrganizationService.GetOrganization",
    requestId: error.requestId,
    retryable: false,
    httpStatus: 404,
    grpcStatus: 5,
    errorCode: "MY_CODE",
    errDetails: JSON.parse(JSON.stringify(error.errDetails)),
  });
  assert.equal(written.errDetails[0].errorCode, "MY_CODE");
  assert.match(inspect(error, { depth: 5 }), /errDetails: \[\s+\{.*errorCode: 'MY_CODE'/s);
  const plain = new ScalekitException("test error");
  assert.deepEqual(JSON.parse(JSON.stringify(plain)), {
    name: "ScalekitException",
    message: "test error",
    retryable: false,
  });
  assert.doesNotMatch(inspect(new ScalekitServerException("no")), /errDetails/);
});

test("messages of failed operations start with the code in Connect's format", async () => {
  await environment.fault("UserService.UpdateUser", {
    error: { code: "INVALID_ARGUMENT", message: "user.email: value must be a valid email address" },
  });
  const invalid = await failure(() =>
    client.user.updateUser("usr_1", { userProfile: { firstName: "A" } }),
  );
  assert.equal(
    invalid.message,
    "[invalid_argument] user.email: value must be a valid email address",
  );
  assert.match(String(invalid), /: 400 INVALID_ARGUMENT[^:]*: user\.email: value/);
  const impatient = new ScalekitClient(url, clientId, clientSecret, { timeoutMs: 100 });
  await environment.fault("OrganizationService.GetOrganization", { delay_ms: 60_000 });
  const timeout = await failure(() => impatient.organization.getOrganization("org_1"));
  assert.match(timeout.message, /^\[deadline_exceeded\] /);
  const unreachable = new ScalekitClient("http://127.0.0.1:9", "skc_1", clientSecret, {
    maxRetries: 0,
  });
  const unavailable = await failure(() => unreachable.organization.getOrganization("org_1"));
  assert.match(unavailable.message, /^\[unavailable\] /);
  const code = await failure(() =>
    client.authenticateWithCode("never-issued", "https://app.example.com/cb"),
  );
  assert.doesNotMatch(code.message, /^\[/);
});

test("the request id is read from the response", async () => {
  const stub = await server();
  stub.json("/api/v1/organizations/org_1", { code: 5, message: "no" }, 404, {
    "x-request-id": "req_77",
  });
  const stubbed = new ScalekitClient(stub.url, "skc_1", clientSecret);
  const error = await failure(() => stubbed.organization.getOrganization("org_1"));
  assert.equal(error.requestId, "req_77");
  assert.match(String(error), /request id: req_77/);
});

test("a timeout is a gateway timeout exception with the timeout in its message", async () => {
  await environment.fault("OrganizationService.GetOrganization", { delay_ms: 60_000 });
  const impatient = new ScalekitClient(url, clientId, clientSecret, { timeoutMs: 100 });
  const error = await failure(() => impatient.organization.getOrganization("org_1"));
  assert.equal(error.name, "ScalekitGatewayTimeoutException");
  assert.equal(error.httpStatus, 504);
  assert.equal(error.grpcStatus, 4);
  assert.match(error.message, /no response within 100ms/);
});

test("an unreachable service is unavailable, with the connection error as the cause", async () => {
  const unreachable = new ScalekitClient("http://127.0.0.1:9", "skc_1", clientSecret, {
    maxRetries: 0,
  });
  const error = await failure(() => unreachable.organization.getOrganization("org_1"));
  assert.equal(error.name, "ScalekitServiceUnavailableException");
  assert.equal(error.httpStatus, 503);
  assert.equal(error.retryable, true);
  assert.ok(error.cause instanceof Error);
  /** @type {(error: any) => Error} */
  const deepest = (error) => (error.cause ? deepest(error.cause) : error);
  assert.match(deepest(error).message, /refused/i);
});

test("truncated responses and responses that are not JSON objects are exceptions", async () => {
  for (const fault of [
    { effect: "drop" },
    { effect: "truncate" },
    { status: 200, body: "{" },
    { status: 200, body: "[]" },
  ]) {
    await environment.reset();
    await environment.fault("OrganizationService.GetOrganization", fault);
    assert.ok((await failure(get)) instanceof ScalekitServerException, JSON.stringify(fault));
  }
});

test("errors of the token endpoint have their RFC 6749 codes", async () => {
  const error = await failure(() =>
    client.authenticateWithCode("never-issued", "https://app.example.com/cb"),
  );
  assert.equal(error.name, "ScalekitBadRequestException");
  assert.equal(error.errorCode, "invalid_grant");
  assert.equal(error.operation, "authenticate_with_code");
  assert.equal(error.errDetails.error, "invalid_grant");
  const stale = await failure(() => client.refreshAccessToken("never-issued"));
  assert.equal(stale.errorCode, "invalid_grant");
  const wrongSecret = new ScalekitClient(url, clientId, "not the secret", { maxRetries: 0 });
  const rejected = await failure(() => wrongSecret.organization.getOrganization("org_1"));
  assert.equal(rejected.name, "ScalekitUnauthorizedException");
  assert.equal(rejected.errorCode, "invalid_client");
  assert.ok(!inspect(rejected, { depth: 10, showHidden: true }).includes("not the secret"));
});

test("tokens, webhooks and arguments have their own exceptions", async () => {
  assert.equal(
    (await failure(() => client.validateToken("a.b.c"))).name,
    "ScalekitValidateTokenFailureException",
  );
  const webhook = await failure(() => client.verifyWebhookPayload("whsec_c2VjcmV0", {}, ""));
  assert.equal(webhook.name, "WebhookVerificationError");
  const argument = await failure(() => client.getAuthorizationUrl(""));
  assert.equal(argument.name, "ScalekitArgumentException");
});

test("calls of a closed client are cancelled", async () => {
  const closed = new ScalekitClient(url, clientId, clientSecret);
  await closed.organization.listOrganization({ pageSize: 1 });
  closed.close();
  closed.close();
  const error = await failure(() => closed.organization.listOrganization({ pageSize: 1 }));
  assert.equal(error.name, "ScalekitCancelledException");
  assert.match(error.message, /closed/);
  assert.equal(closed.getLogoutUrl(), `${url}/oidc/logout`);
});

test("secrets do not appear in logs", async () => {
  for (const shown of [
    inspect(client, { depth: 20, showHidden: true }),
    JSON.stringify(client),
    String(client),
  ]) {
    assert.ok(!shown.includes(clientSecret), shown);
  }
  await client.getClientAccessToken();
  assert.ok(!inspect(client, { depth: 20, showHidden: true }).includes("eyJ"));
  const proxied = await failure(
    () =>
      new ScalekitClient(url, clientId, clientSecret, { proxy: `http://user:${clientSecret}@[` }),
  );
  assert.equal(proxied.name, "ScalekitArgumentException");
});

test("a secret that a response contains does not appear in exceptions", async () => {
  const stub = await server();
  // This endpoint responds with the request's body. `failure` checks for the secret.
  stub.on("/oauth/token", (request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => response.writeHead(500, { "content-type": "text/plain" }).end(body));
  });
  const echoed = new ScalekitClient(stub.url, "skc_1", clientSecret, { maxRetries: 0 });
  await failure(() => echoed.getClientAccessToken());
  await failure(() => echoed.refreshAccessToken("a-refresh-token"));
});

test("tests of applications can create exceptions", () => {
  const error = new scalekit.ScalekitNotFoundException("gone", {
    httpStatus: 404,
    grpcStatus: 5,
    errorCode: "GONE",
  });
  assert.equal(error.message, "gone");
  assert.equal(error.httpStatus, 404);
  assert.equal(error.unpackedDetails.length, 0);
  assert.equal(error.errDetails, null);
  const wrapped = new ScalekitException(new Error("original"));
  assert.equal(wrapped.message, "original");
  assert.ok(wrapped.cause instanceof Error);
  assert.equal(new scalekit.WebhookVerificationError("no").message, "no");
  assert.equal(new ScalekitException().message, "Unknown error");
});

test("every exception class has been thrown", () => {
  const classes = Object.entries(scalekit)
    .filter(([, value]) => typeof value === "function" && value.prototype instanceof Error)
    .map(([name]) => name);
  // Base classes, which the package does not throw for calls.
  const bases = ["ScalekitException", "ScalekitServerException"];
  // Tested in actions-modifiers.test.mjs.
  const others = [...bases, "ScalekitModifierException"];
  assert.deepEqual(
    classes.filter((name) => !thrown.has(name) && !others.includes(name)),
    [],
  );
  assert.equal(classes.length, 22);
});
