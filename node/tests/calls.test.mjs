// @ts-check
/** Requests, cancellation and timeouts of calls. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import { ScalekitCancelledException, ScalekitClient } from "scalekit-client";

import { emulator } from "./support/programs.mjs";
import { server } from "./support/server.mjs";

const environment = await emulator();
const { url, clientId, clientSecret } = environment;

test("eight concurrent first calls fetch one service token and all succeed", async () => {
  await environment.admin("DELETE", "requests");
  const client = new ScalekitClient(url, clientId, clientSecret);
  await Promise.all(
    Array.from({ length: 8 }, () => client.organization.listOrganization({ pageSize: 1 })),
  );
  const log = await environment.requests();
  assert.equal(log.filter((/** @type {any} */ entry) => entry.path === "/oauth/token").length, 1);
  assert.equal(log.length, 9);
  assert.deepEqual([...new Set(log.map((/** @type {any} */ entry) => entry.status))], [200]);
});

test("every call sends the user agent, the SDK version and the API version", async () => {
  await environment.admin("DELETE", "requests");
  const client = new ScalekitClient(url, clientId, clientSecret, {
    userAgentSuffix: "acme-portal/2.1",
  });
  await client.organization.listOrganization({ pageSize: 1 });
  const [{ headers }] = await environment.requests(
    "operation=OrganizationService.ListOrganization",
  );
  assert.match(
    headers["user-agent"],
    /^scalekit-client\/\S+ \(node \d+\.\d+\.\d+; \w+ \w+\) acme-portal\/2\.1$/,
  );
  assert.match(headers["x-sdk-version"], /^scalekit-client-node\//);
  assert.equal(headers["x-api-version"], "20261012");
});

/**
 * Starts a service that never responds to a request for an organization. Returns promises for the
 * arrival and the end of the request.
 */
async function unresponsiveService() {
  const stub = await server();
  const closed = deferred();
  const received = deferred();
  stub.on("/api/v1/organizations/org_1", (_, response) => {
    response.on("close", () => closed.resolve(undefined));
    received.resolve(undefined);
  });
  const client = new ScalekitClient(stub.url, "skc_1", "secret");
  return { stub, received: received.promise, closed: closed.promise, client };
}

function deferred() {
  /** @type {(value: unknown) => void} */
  let resolve = () => {};
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}

test("an abort closes the request and rejects with the signal's reason", async () => {
  const { client, received, closed } = await unresponsiveService();
  const controller = new AbortController();
  const call = client.organization.getOrganization("org_1", { signal: controller.signal });
  await received;
  controller.abort();
  await assert.rejects(call, (error) => error === controller.signal.reason);
  await closed;
});

test("a reason that is not an error becomes the cause of an exception", async () => {
  const { client, received, closed } = await unresponsiveService();
  const controller = new AbortController();
  const call = client.organization.getOrganization("org_1", { signal: controller.signal });
  await received;
  controller.abort("changed my mind");
  await assert.rejects(call, (/** @type {any} */ error) => {
    assert.equal(error.constructor, ScalekitCancelledException);
    assert.equal(error.cause, "changed my mind");
    assert.equal(error.httpStatus, 499);
    assert.equal(error.grpcStatus, 1);
    return true;
  });
  await closed;
});

test("a reason that only has a message becomes the cause of an exception", async () => {
  const { client } = await unresponsiveService();
  const reason = { message: "m" };
  const signal = AbortSignal.abort(reason);
  await assert.rejects(
    client.organization.getOrganization("org_1", { signal }),
    (/** @type {any} */ error) => {
      assert.equal(error.constructor, ScalekitCancelledException);
      assert.equal(error.cause, reason);
      return true;
    },
  );
});

test("an invalid signal is rejected before a request is sent", async () => {
  const { client, stub } = await unresponsiveService();
  const invalid = /** @type {any} */ ([new AbortController(), {}, "signal", 5, true]);
  for (const signal of invalid) {
    const expected = {
      name: "ScalekitArgumentException",
      message: /^signal must be an AbortSignal, not /,
    };
    await assert.rejects(client.organization.getOrganization("org_1", { signal }), expected);
    await assert.rejects(client.loadKeys({ signal }), expected);
    await assert.rejects(
      client.authenticateWithCode("c", "https://a.example/cb", { signal }),
      expected,
    );
  }
  assert.deepEqual(stub.seen, []);
});

test("one signal can cancel many calls without a warning", async () => {
  /** @type {Error[]} */
  const warnings = [];
  const record = (/** @type {Error} */ warning) => warnings.push(warning);
  process.on("warning", record);
  try {
    const { client } = await unresponsiveService();
    const controller = new AbortController();
    const calls = Array.from({ length: 30 }, () =>
      client.organization.getOrganization("org_1", { signal: controller.signal }),
    );
    controller.abort();
    assert.deepEqual(
      new Set((await Promise.allSettled(calls)).map(({ status }) => status)),
      new Set(["rejected"]),
    );
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(warnings, []);
  } finally {
    process.off("warning", record);
  }
});

test("an argument that the core rejects is named in camel case", async () => {
  const client = new ScalekitClient(url, clientId, clientSecret);
  await assert.rejects(client.role.getRole(".."), {
    name: "ScalekitArgumentException",
    message: /^roleName cannot be "\.\."/,
  });
});

test("null options of a call count as missing", async () => {
  const client = new ScalekitClient(url, clientId, clientSecret);
  const missing = /** @type {any} */ (null);
  const token = await client.getClientAccessToken(missing);
  // First without cached keys, then with them.
  for (let n = 0; n < 2; n++) {
    assert.equal(await client.validateAccessToken(token, missing), true);
    assert.ok(await client.validateToken(token, missing));
  }
  assert.ok(await new ScalekitClient(url, clientId, clientSecret).validateToken(token, missing));
  await client.loadKeys(missing);
  await client.organization.listOrganization(missing, missing);
  await assert.rejects(client.refreshAccessToken("never-issued", missing), {
    errorCode: "invalid_grant",
  });
});

test("an aborted signal prevents the request", async () => {
  const { client, stub } = await unresponsiveService();
  const signal = AbortSignal.abort();
  await assert.rejects(client.organization.getOrganization("org_1", { signal }), {
    name: "AbortError",
  });
  await assert.rejects(client.loadKeys({ signal }), { name: "AbortError" });
  await assert.rejects(client.getClientAccessToken({ signal }), { name: "AbortError" });
  assert.deepEqual(stub.seen, []);
});

test("an abort does not affect other calls that wait for the same token", async () => {
  const stub = await server();
  const received = deferred();
  stub.on("/oauth/token", (_, response) => {
    received.resolve(response);
  });
  stub.json("/api/v1/organizations", { organizations: [] });
  const client = new ScalekitClient(stub.url, "skc_1", "secret");
  const controller = new AbortController();
  const first = client.organization.listOrganization({}, { signal: controller.signal });
  const second = client.organization.listOrganization({});
  const response = /** @type {import("node:http").ServerResponse} */ (await received.promise);
  controller.abort();
  await assert.rejects(first, { name: "AbortError" });
  stub.json("/oauth/token", { access_token: "t", expires_in: 3600 });
  if (!response.closed) {
    response
      .writeHead(200, { "content-type": "application/json" })
      .end('{"access_token":"t","expires_in":3600}');
  }
  assert.deepEqual((await second).organizations, []);
});

test("a finished call removes its listener from the signal", async () => {
  const client = new ScalekitClient(url, clientId, clientSecret);
  const { signal } = new AbortController();
  let listeners = 0;
  for (const [
    method,
    change,
  ] of /** @type {["addEventListener" | "removeEventListener", number][]} */ ([
    ["addEventListener", 1],
    ["removeEventListener", -1],
  ])) {
    const original = signal[method];
    /** @type {any} */ (signal)[method] = (/** @type {any[]} */ ...args) => {
      listeners += change;
      return original.apply(signal, /** @type {any} */ (args));
    };
  }
  for (let n = 0; n < 3; n++) {
    await client.organization.listOrganization({ pageSize: 1 }, { signal });
  }
  assert.equal(listeners, 0);
});

test("a call can have its own timeout", async () => {
  const { client } = await unresponsiveService();
  await assert.rejects(client.organization.getOrganization("org_1", { timeoutMs: 50 }), {
    name: "ScalekitGatewayTimeoutException",
    message: /no response within 50ms/,
  });
  for (const timeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, /** @type {any} */ ("5")]) {
    await assert.rejects(client.organization.getOrganization("org_1", { timeoutMs }), {
      name: "ScalekitArgumentException",
      message: /^timeoutMs must be a positive finite number of milliseconds/,
    });
  }
});

test("await using closes the client", async () => {
  const client = new ScalekitClient(url, clientId, clientSecret);
  await client[Symbol.asyncDispose]();
  await assert.rejects(client.organization.listOrganization({}), {
    name: "ScalekitCancelledException",
  });
});

test("a program exits after its calls have finished, without closing its client", () => {
  const program = `
    import { ScalekitClient } from "scalekit-client";
    const client = new ScalekitClient(...${JSON.stringify([url, clientId, clientSecret])});
    client.organization.listOrganization({ pageSize: 1 }).then(() => console.log("done"));
  `;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", program],
    {
      cwd: import.meta.dirname,
      encoding: "utf8",
    },
  );
  assert.equal(stderr, "");
  assert.equal(stdout, "done\n");
  assert.equal(status, 0);
});

test("a program can exit while calls are running", () => {
  const program = `
    import { ScalekitClient } from "scalekit-client";
    const client = new ScalekitClient(...${JSON.stringify([url, clientId, clientSecret])});
    await client.organization.listOrganization({ pageSize: 1 });
    for (let n = 0; n < 50; n++) client.organization.listOrganization({ pageSize: 1 });
    setImmediate(() => process.exit(7));
  `;
  for (let round = 0; round < 5; round++) {
    const { stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      cwd: import.meta.dirname,
      encoding: "utf8",
    });
    assert.equal(stderr, "");
    assert.equal(status, 7);
  }
});
