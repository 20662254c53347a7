// @ts-check
/** Worker threads, several contexts in one thread, and panics. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import vm from "node:vm";
import { Worker } from "node:worker_threads";

import { ScalekitClient, ScalekitException } from "scalekit-client";

import { emulator } from "./support/programs.mjs";
import { server } from "./support/server.mjs";

const require = createRequire(import.meta.url);
const environment = await emulator();
const { url, clientId, clientSecret } = environment;

/** @param {string} source @param {object} [workerData] */
function worker(source, workerData = {}) {
  const program = `
    const { parentPort, workerData } = require("node:worker_threads");
    const { ScalekitClient } = require(${JSON.stringify(require.resolve("scalekit-client"))});
    ${source}`;
  return new Worker(program, {
    eval: true,
    workerData: { url, clientId, clientSecret, ...workerData },
  });
}

test("several worker threads use clients at the same time", async () => {
  const source = `
    const client = new ScalekitClient(workerData.url, workerData.clientId, workerData.clientSecret);
    const list = () => client.organization.listOrganization({ pageSize: 1 });
    const calls = Array.from({ length: 5 }, list);
    Promise.all(calls).then((responses) => parentPort.postMessage(responses.length));`;
  for (let round = 0; round < 3; round++) {
    const workers = Array.from({ length: 4 }, () => worker(source));
    const ended = workers.map((thread) => once(thread, "exit"));
    const counts = await Promise.all(
      workers.map(async (thread) => (await once(thread, "message"))[0]),
    );
    assert.deepEqual(counts, [5, 5, 5, 5]);
    assert.deepEqual(await Promise.all(ended), [[0], [0], [0], [0]]);
  }
  const client = new ScalekitClient(url, clientId, clientSecret);
  await client.organization.listOrganization({ pageSize: 1 });
});

test("terminating a worker cancels its calls and does not affect other threads", async () => {
  const stub = await server();
  let received = 0;
  let closed = 0;
  /** @type {() => void} */
  let wake = () => {};
  stub.on("/api/v1/organizations", (_, response) => {
    received++;
    response.on("close", () => {
      closed++;
      wake();
    });
    wake();
  });
  /** @param {() => boolean} done */
  const until = async (done) => {
    while (!done()) {
      await new Promise((resolve) => (wake = () => resolve(undefined)));
    }
  };
  const source = `
    const client = new ScalekitClient(workerData.stub, "skc_1", "secret");
    for (let n = 0; n < 20; n++) client.organization.listOrganization({});`;
  for (let round = 1; round <= 3; round++) {
    const terminated = worker(source, { stub: stub.url });
    await until(() => received >= round * 20);
    await terminated.terminate();
    // The requests of the worker are cancelled.
    await until(() => closed >= round * 20);
  }
  const client = new ScalekitClient(url, clientId, clientSecret);
  await client.organization.listOrganization({ pageSize: 1 });
});

test("responses that arrive while a worker exits are discarded", async () => {
  const source = `
    const client = new ScalekitClient(workerData.url, workerData.clientId, workerData.clientSecret);
    client.organization.listOrganization({ pageSize: 1 }).then(() => {
      for (let n = 0; n < 50; n++) client.organization.listOrganization({ pageSize: 1 });
      setImmediate(() => process.exit(0));
    });`;
  for (let round = 0; round < 5; round++) {
    assert.deepEqual(await once(worker(source), "exit"), [0]);
  }
});

/**
 * Loads the package in a new context of this thread, with its own modules.
 * @param {boolean} shared whether the context shares the addon of this one, as in Jest, or loads it
 *   again
 */
function loadInNewContext(shared) {
  const context = vm.createContext({
    AbortSignal,
    Buffer,
    TextDecoder,
    TextEncoder,
    URL,
    console,
    process,
    queueMicrotask,
    setImmediate,
  });
  /** @type {Map<string, { exports: any }>} */
  const modules = new Map();
  /** @param {string} path */
  function load(path) {
    const loaded = modules.get(path);
    if (loaded) {
      return loaded.exports;
    }
    const module = { exports: {} };
    modules.set(path, module);
    if (path.endsWith(".node") && shared) {
      module.exports = require(path);
    } else if (path.endsWith(".node")) {
      process.dlopen(module, path);
    } else if (path.endsWith(".json")) {
      module.exports = JSON.parse(readFileSync(path, "utf8"));
    } else {
      const moduleRequire = createRequire(path);
      const text = readFileSync(path, "utf8");
      const parameters = "exports, require, module, __filename, __dirname";
      const source = `(function (${parameters}) {${text}\n})`;
      const run = vm.runInContext(source, context, { filename: path });
      const requireInContext = (/** @type {string} */ name) =>
        name.startsWith("node:") ? moduleRequire(name) : load(moduleRequire.resolve(name));
      run(module.exports, requireInContext, module, path, dirname(path));
    }
    return module.exports;
  }
  return load(require.resolve("scalekit-client"));
}

test("several contexts of one thread can load and use the package", async () => {
  const packages = [
    loadInNewContext(false),
    loadInNewContext(false),
    loadInNewContext(true),
    require("scalekit-client"),
  ];
  const clients = packages.map((loaded) => new loaded.ScalekitClient(url, clientId, clientSecret));
  for (let round = 0; round < 3; round++) {
    const responses = await Promise.all(
      clients.map((client) => client.organization.listOrganization({ pageSize: 1 })),
    );
    assert.equal(responses.length, 4);
  }
  for (const [index, loaded] of packages.entries()) {
    assert.throws(
      () => clients[index].verifyWebhookPayload("whsec_c2VjcmV0", {}, "{}"),
      (error) => error instanceof loaded.WebhookVerificationError,
    );
    await assert.rejects(
      clients[index].organization.getOrganization("org_404"),
      (error) => error instanceof loaded.ScalekitNotFoundException,
    );
    // Arguments from this context are accepted in all contexts.
    const headers = new Headers({
      "webhook-id": "1",
      "webhook-timestamp": "x",
      "webhook-signature": "v1,x",
    });
    assert.throws(
      () => clients[index].verifyWebhookPayload("whsec_c2VjcmV0", headers, new Uint8Array(3)),
      {
        message: "Invalid Signature Headers",
      },
    );
  }
});

test("a context that is no longer used is garbage collected", async () => {
  const loaded = await (async () => {
    const { ScalekitClient } = loadInNewContext(true);
    const client = new ScalekitClient(url, clientId, clientSecret);
    await client.organization.listOrganization({ pageSize: 1 });
    const aborted = client.organization.listOrganization(
      { pageSize: 1 },
      { signal: AbortSignal.timeout(0) },
    );
    await aborted.catch(() => {});
    return new WeakRef(ScalekitClient);
  })();
  setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc");
  for (let round = 0; round < 20 && loaded.deref() !== undefined; round++) {
    await turn();
    collect();
  }
  assert.equal(loaded.deref(), undefined);
});

test("a panic becomes an exception, in a call and in a background task", async () => {
  const { native } = await import("scalekit-client/lib/runtime/native.js");
  const { runInBackground } = await import("scalekit-client/lib/runtime/mailbox.js");
  const { fromNative } = await import("scalekit-client/lib/errors/from-native.js");
  const { panicNow, panicLater } = native();
  assert.ok(panicNow && panicLater, "the tests require a debug build of the addon");
  const failure = panicNow();
  assert.ok(failure);
  assert.equal(fromNative(failure).constructor, ScalekitException);
  assert.equal(failure.message, "internal error, please report it: on purpose");
  await assert.rejects(runInBackground(panicLater, undefined), (/** @type {any} */ error) => {
    assert.equal(error.constructor, ScalekitException);
    assert.equal(error.message, "internal error, please report it: on purpose");
    return true;
  });
  // The addon still works.
  await new ScalekitClient(url, clientId, clientSecret).organization.listOrganization({
    pageSize: 1,
  });
});
