// @ts-check
/** What calls cost, and what happens when they are given up. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import { ScalekitCancelledException, ScalekitClient } from "scalekit-client";

import { emulator } from "./support/programs.mjs";
import { server } from "./support/server.mjs";

const environment = await emulator();
const { url, clientId, clientSecret } = environment;

test("eight concurrent first calls fetch one service token, and none is refused", async () => {
  await environment.admin("DELETE", "requests");
  const client = new ScalekitClient(url, clientId, clientSecret);
  await Promise.all(Array.from({ length: 8 }, () => client.organization.listOrganization({ pageSize: 1 })));
  const log = await environment.requests();
  assert.equal(log.filter((/** @type {any} */ entry) => entry.path === "/oauth/token").length, 1);
  assert.equal(log.length, 9);
  assert.deepEqual([...new Set(log.map((/** @type {any} */ entry) => entry.status))], [200]);
});

test("every call names this package, Node and one bearer token", async () => {
  await environment.admin("DELETE", "requests");
  const client = new ScalekitClient(url, clientId, clientSecret, { userAgentSuffix: "acme-portal/2.1" });
  await client.organization.listOrganization({ pageSize: 1 });
  const [{ headers }] = await environment.requests("operation=OrganizationService.ListOrganization");
  assert.match(headers["user-agent"], /^scalekit-client\/\S+ \(node \d+\.\d+\.\d+; \w+ \w+\) acme-portal\/2\.1$/);
  assert.match(headers["x-sdk-version"], /^scalekit-client-node\//);
  assert.equal(headers["x-api-version"], "20261012");
});

/** A service in which an organization never answers; says when it is asked, and when it is left. */
async function hanging() {
  const stub = await server();
  const left = deferred();
  const asked = deferred();
  stub.on("/api/v1/organizations/org_1", (_, response) => {
    response.on("close", () => left.resolve(undefined));
    asked.resolve(undefined);
  });
  return { stub, asked: asked.promise, left: left.promise, client: new ScalekitClient(stub.url, "skc_1", "secret") };
}

function deferred() {
  /** @type {(value: unknown) => void} */
  let resolve = () => {};
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}

test("an abort drops the request, and rejects with the signal's reason", async () => {
  const { client, asked, left } = await hanging();
  const controller = new AbortController();
  const call = client.organization.getOrganization("org_1", { signal: controller.signal });
  await asked;
  controller.abort();
  await assert.rejects(call, (error) => error === controller.signal.reason);
  await left;
});

test("a reason that is no error becomes the cause of one", async () => {
  const { client, asked, left } = await hanging();
  const controller = new AbortController();
  const call = client.organization.getOrganization("org_1", { signal: controller.signal });
  await asked;
  controller.abort("changed my mind");
  await assert.rejects(call, (/** @type {any} */ error) => {
    assert.equal(error.constructor, ScalekitCancelledException);
    assert.equal(error.cause, "changed my mind");
    assert.equal(error.httpStatus, 499);
    assert.equal(error.grpcStatus, 1);
    return true;
  });
  await left;
});

test("a reason that only looks like an error becomes the cause of one", async () => {
  const { client } = await hanging();
  const reason = { message: "m" };
  const signal = AbortSignal.abort(reason);
  await assert.rejects(client.organization.getOrganization("org_1", { signal }), (/** @type {any} */ error) => {
    assert.equal(error.constructor, ScalekitCancelledException);
    assert.equal(error.cause, reason);
    return true;
  });
});

test("what is no signal is refused before anything is sent", async () => {
  const { client, stub } = await hanging();
  const wrong = /** @type {any} */ ([new AbortController(), {}, "signal", 5, true]);
  for (const signal of wrong) {
    const refused = { name: "ScalekitArgumentException", message: /^signal must be an AbortSignal, not / };
    await assert.rejects(client.organization.getOrganization("org_1", { signal }), refused);
    await assert.rejects(client.loadKeys({ signal }), refused);
    await assert.rejects(client.authenticateWithCode("c", "https://a.example/cb", { signal }), refused);
  }
  assert.deepEqual(stub.seen, []);
});

test("one signal may be that of many calls", async () => {
  /** @type {Error[]} */
  const warnings = [];
  const note = (/** @type {Error} */ warning) => warnings.push(warning);
  process.on("warning", note);
  try {
    const { client } = await hanging();
    const controller = new AbortController();
    const calls = Array.from({ length: 30 }, () =>
      client.organization.getOrganization("org_1", { signal: controller.signal }),
    );
    controller.abort();
    assert.deepEqual(new Set((await Promise.allSettled(calls)).map(({ status }) => status)), new Set(["rejected"]));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(warnings, []);
  } finally {
    process.off("warning", note);
  }
});

test("an argument that the core refuses is named as it is here", async () => {
  const client = new ScalekitClient(url, clientId, clientSecret);
  await assert.rejects(client.role.getRole(".."), { name: "ScalekitArgumentException", message: /^roleName cannot be "\.\."/ });
});

test("null for the options of a call is none", async () => {
  const client = new ScalekitClient(url, clientId, clientSecret);
  const none = /** @type {any} */ (null);
  const token = await client.getClientAccessToken(none);
  // Without the keys, and with them.
  for (let n = 0; n < 2; n++) {
    assert.equal(await client.validateAccessToken(token, none), true);
    assert.ok(await client.validateToken(token, none));
  }
  assert.ok(await new ScalekitClient(url, clientId, clientSecret).validateToken(token, none));
  await client.loadKeys(none);
  await client.organization.listOrganization(none, none);
  await assert.rejects(client.refreshAccessToken("never-issued", none), { errorCode: "invalid_grant" });
});

test("a signal that is aborted already lets nothing be sent", async () => {
  const { client, stub } = await hanging();
  const signal = AbortSignal.abort();
  await assert.rejects(client.organization.getOrganization("org_1", { signal }), { name: "AbortError" });
  await assert.rejects(client.loadKeys({ signal }), { name: "AbortError" });
  await assert.rejects(client.getClientAccessToken({ signal }), { name: "AbortError" });
  assert.deepEqual(stub.seen, []);
});

test("other calls go on when one is aborted, also while they wait for the same token", async () => {
  const stub = await server();
  const asked = deferred();
  stub.on("/oauth/token", (_, response) => {
    asked.resolve(response);
  });
  stub.json("/api/v1/organizations", { organizations: [] });
  const client = new ScalekitClient(stub.url, "skc_1", "secret");
  const controller = new AbortController();
  const first = client.organization.listOrganization({}, { signal: controller.signal });
  const second = client.organization.listOrganization({});
  const response = /** @type {import("node:http").ServerResponse} */ (await asked.promise);
  controller.abort();
  await assert.rejects(first, { name: "AbortError" });
  stub.json("/oauth/token", { access_token: "t", expires_in: 3600 });
  if (!response.closed) {
    response.writeHead(200, { "content-type": "application/json" }).end('{"access_token":"t","expires_in":3600}');
  }
  assert.deepEqual((await second).organizations, []);
});

test("a signal that outlives its call is let go of", async () => {
  const client = new ScalekitClient(url, clientId, clientSecret);
  const { signal } = new AbortController();
  let listeners = 0;
  for (const [method, change] of /** @type {["addEventListener" | "removeEventListener", number][]} */ ([
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

test("a call may have a deadline of its own", async () => {
  const { client } = await hanging();
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
  await assert.rejects(client.organization.listOrganization({}), { name: "ScalekitCancelledException" });
});

test("a program ends when its calls are done, without closing its client, and not before", () => {
  const program = `
    import { ScalekitClient } from "scalekit-client";
    const client = new ScalekitClient(${JSON.stringify(url)}, ${JSON.stringify(clientId)}, ${JSON.stringify(clientSecret)});
    client.organization.listOrganization({ pageSize: 1 }).then(() => console.log("done"));
  `;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  assert.equal(stderr, "");
  assert.equal(stdout, "done\n");
  assert.equal(status, 0);
});

test("a program that exits in the middle of calls just exits", () => {
  const program = `
    import { ScalekitClient } from "scalekit-client";
    const client = new ScalekitClient(${JSON.stringify(url)}, ${JSON.stringify(clientId)}, ${JSON.stringify(clientSecret)});
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
