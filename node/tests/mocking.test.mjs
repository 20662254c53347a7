// @ts-check
/** Mocking of clients in tests of applications: replaced services and proxies. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { test } from "node:test";
import { inspect } from "node:util";

import { ScalekitClient } from "scalekit-client";

import { emulator } from "./support/programs.mjs";

const require = createRequire(import.meta.url);
const { url, clientId, clientSecret } = await emulator();
const make = () => /** @type {any} */ (new ScalekitClient(url, clientId, clientSecret));
/** The services, `actions` and `connect`. */
const PROPERTIES = 23;
const TOKEN = "whsec_c2VjcmV0LXNlY3JldA==";

test("services are plain properties of the client", () => {
  const client = make();
  const names = Object.keys(client);
  assert.equal(names.length, PROPERTIES);
  for (const name of names) {
    const { value, ...rest } = Object.getOwnPropertyDescriptor(client, name) ?? assert.fail(name);
    assert.deepEqual(rest, { writable: true, enumerable: true, configurable: true });
    assert.equal(client[name], value);
  }
  assert.equal({ ...client }.organization, client.organization);
});

test("a service and its methods can be replaced and restored", async () => {
  const client = make();
  const own = client.organization;
  client.organization = { getOrganization: async () => "replaced" };
  assert.equal(await client.organization.getOrganization("org_1"), "replaced");
  assert.equal(make().organization.getOrganization, own.getOrganization);
  client.organization = own;
  assert.ok(
    Array.isArray((await client.organization.listOrganization({ pageSize: 1 })).organizations),
  );
  const method = own.listOrganization;
  own.listOrganization = async () => "spied";
  assert.equal(await client.organization.listOrganization(), "spied");
  delete own.listOrganization;
  assert.equal(client.organization.listOrganization, method);
});

test("a subclass can override services", async () => {
  class Fake extends ScalekitClient {
    /** @override */
    organization = /** @type {any} */ ({ getOrganization: async () => "faked" });
  }
  assert.equal(
    await new Fake(url, clientId, clientSecret).organization.getOrganization("org_1"),
    "faked",
  );
});

test("a client and its services work behind a Proxy that creates the client lazily", async () => {
  /** @type {any} */
  let created;
  const lazy = new Proxy({}, { get: (_, name) => Reflect.get((created ??= make()), name) });
  for (const client of [new Proxy(make(), {}), /** @type {any} */ (lazy)]) {
    assert.match(client.getAuthorizationUrl("https://app.example/cb"), /^http/);
    assert.equal(await client.validateAccessToken(await client.getClientAccessToken()), true);
    assert.throws(() => client.verifyWebhookPayload(TOKEN, {}, "{}"), {
      message: "Missing required headers",
    });
    const organization = new Proxy(client.organization, {});
    assert.ok(Array.isArray((await organization.listOrganization({ pageSize: 1 })).organizations));
    for await (const item of organization.iterOrganizations({ pageSize: 1 })) {
      assert.ok(item.id);
    }
    client.close();
  }
});

test("a service that is not loaded yet has the class and the methods of its client", async () => {
  const { default: OrganizationClient } = require("scalekit-client/lib/organization");
  assert.ok(make().organization instanceof OrganizationClient);
  assert.equal(make().organization.constructor, OrganizationClient);
  assert.ok("getOrganization" in make().organization);
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(make().organization));
  assert.deepEqual(names, Object.getOwnPropertyNames(OrganizationClient.prototype));
  assert.deepEqual(Object.keys(make().organization), []);
});

test("the module of a service is loaded on first use", () => {
  const program = `
    const { ScalekitClient } = require("scalekit-client");
    const client = new ScalekitClient("https://acme.scalekit.com", "skc_1", "secret");
    const isService = (path) => /services.(organization|user)\\.js$/.test(path);
    const loaded = () => Object.keys(require.cache).filter(isService).length;
    const { organization, user } = client;
    const before = loaded();
    organization.getOrganization;
    console.log(before, loaded());`;
  const output = execFileSync(process.execPath, ["-e", program], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  assert.equal(output, "0 1\n");
});

test("properties of a client contain no secret", async () => {
  const client = make();
  const token = await client.getClientAccessToken();
  for (const shown of [
    inspect(client, { depth: 20, showHidden: true, showProxy: true }),
    JSON.stringify(client),
  ]) {
    assert.ok(!shown.includes(clientSecret) && !shown.includes(token), shown);
  }
  for (const key of Object.getOwnPropertySymbols(client)) {
    const value = client[key];
    assert.ok(
      typeof value === "function" || /^\[External: [0-9a-f]+\]$/.test(inspect(value)),
      inspect(value),
    );
  }
});
