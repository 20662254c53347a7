// @ts-check
/** Stores of sessions: in memory, and in a Redis server with both clients for Node. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { Redis } from "ioredis";
import Redis5 from "ioredis-5";
import { createClient } from "redis";
import { createClient as createClient4 } from "redis-4";
import { createClient as createClient5 } from "redis-5";

import { ScalekitArgumentException, ScalekitClient } from "scalekit-client";
import { MemoryStore, RedisStore } from "scalekit-client/express";

import { Browser } from "./support/browser.mjs";
import { emulator } from "./support/programs.mjs";
import { startApp } from "./support/web-apps.mjs";

/** Starts a Redis server on a socket. */
async function redisServer() {
  const directory = mkdtempSync(join(tmpdir(), "scalekit-redis-"));
  const path = join(directory, "redis.sock");
  const args = ["--port", "0", "--unixsocket", path, "--save", "", "--dir", directory];
  const server = spawn("redis-server", args, { stdio: "ignore" });
  after(() => {
    server.kill();
    rmSync(directory, { recursive: true, force: true });
  });
  return path;
}

const socket = await redisServer();

/** Connects a client of the package `redis`. @param {any} createClient */
async function redisStore(createClient) {
  const client = createClient({ socket: { path: socket, tls: false } });
  await client.connect();
  after(() => client.disconnect());
  return () => new RedisStore(client, { prefix: `${stores++}:` });
}

/** Connects a client of the package `ioredis`. @param {any} Redis */
function ioredisStore(Redis) {
  const client = new Redis({ path: socket });
  after(() => client.disconnect());
  return () => new RedisStore(client, { prefix: `${stores++}:` });
}

let stores = 0;
/**
 * The clients with their newest version and with the lowest versions that are supported.
 * @type {Record<string, () => import("scalekit-client/express").SessionStore>}
 */
const STORES = {
  memory: () => new MemoryStore(),
  redis: await redisStore(createClient),
  "redis 5": await redisStore(createClient5),
  "redis 4": await redisStore(createClient4),
  ioredis: ioredisStore(Redis),
  "ioredis 5": ioredisStore(Redis5),
};

for (const [name, create] of Object.entries(STORES)) {
  test(`${name}: values are set, read, replaced, deleted, and expire`, async () => {
    const store = create();
    const set = (/** @type {string} */ value, lifetime = 60, ifAbsent = false) =>
      store.set("key", value, { lifetime, ifAbsent });
    assert.equal(await store.get("key"), undefined);
    assert.equal(await set("a"), true);
    assert.equal(await set("b", 60, true), false);
    assert.equal(await store.get("key"), "a");
    assert.equal(await set("c"), true);
    assert.equal(await store.get("key"), "c");
    await store.delete("key");
    await store.delete("key");
    assert.equal(await set("d", 1, true), true);
    await sleep(1100);
    assert.equal(await store.get("key"), undefined);
    assert.equal(await set("e", 60, true), true);
  });
}

test("a client of another package is rejected", () => {
  for (const other of [{}, null, new Map()]) {
    assert.throws(() => new RedisStore(/** @type {any} */ (other)), ScalekitArgumentException);
  }
});

const environment = await emulator();
await environment.admin("POST", "seed", {
  organizations: [{ id: "org_1", display_name: "Acme" }],
  users: [
    {
      id: "usr_1",
      email: "ada@acme.example",
      memberships: [{ organization_id: "org_1", membership_status: "ACTIVE" }],
    },
  ],
});
const client = () =>
  new ScalekitClient(environment.url, environment.clientId, environment.clientSecret);

async function refreshes() {
  const requests = await environment.requests("operation=oauth.token");
  return requests.filter((/** @type {any} */ { body }) => /refresh_token/.test(body)).length;
}

for (const [name, create] of Object.entries(STORES)) {
  test(`${name}: hosts with the same store refresh a session once`, async () => {
    const store = create();
    const options = { store, refreshAheadMs: 365 * 24 * 3600 * 1000 };
    // Each has its own client and its own refreshes in the core, as a process has.
    const hosts = await Promise.all(
      [1, 2, 3].map(() => startApp("express", { client: client(), ...options })),
    );
    const [first] = hosts;
    assert.ok(first);
    const browser = new Browser();
    await browser.open(`${first.url}/login?login_hint=ada@acme.example`);
    const cookie = `sk_session=${browser.cookies(first.url).get("sk_session")}`;
    const before = await refreshes();
    const responses = await Promise.all(
      hosts.flatMap(({ url }) =>
        Array.from({ length: 10 }, () => fetch(`${url}/orders`, { headers: { cookie } })),
      ),
    );
    assert.deepEqual(new Set(responses.map(({ status }) => status)), new Set([200]));
    assert.equal((await refreshes()) - before, 1);
  });
}

test("a store that cannot be reached does not sign the user out", async () => {
  let down = false;
  const memory = new MemoryStore();
  const store = {
    /** @param {string} key */
    get: async (key) => (down ? Promise.reject(new Error("store down")) : memory.get(key)),
    /** @param {string} key @param {string} value @param {any} options */
    set: async (key, value, options) =>
      down ? Promise.reject(new Error("store down")) : memory.set(key, value, options),
    /** @param {string} key */
    delete: async (key) => memory.delete(key),
  };
  for (const [serverSessions, expected] of /** @type {const} */ ([
    [false, 200],
    [true, 503],
  ])) {
    /** @type {string[]} */
    const errors = [];
    const onError = (/** @type {any} */ { error }) => void errors.push(error?.message);
    const { url } = await startApp("express", { client: client(), store, serverSessions, onError });
    const browser = new Browser();
    await browser.open(`${url}/login?login_hint=ada@acme.example`);
    down = true;
    const response = await browser.send(`${url}/orders`);
    down = false;
    assert.equal(response.status, expected);
    assert.ok(browser.cookies(url).has("sk_session"));
    assert.equal((await browser.send(`${url}/orders`)).status, 200);
    if (expected === 200) {
      assert.match(errors.join(), /store down/);
    }
  }
});
