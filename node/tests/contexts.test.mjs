// @ts-check
/** Worker threads, several contexts of one thread, and panics: none of them takes the process down. */
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
  return new Worker(program, { eval: true, workerData: { url, clientId, clientSecret, ...workerData } });
}

test("worker threads have clients of their own, at the same time", async () => {
  const source = `
    const client = new ScalekitClient(workerData.url, workerData.clientId, workerData.clientSecret);
    const calls = Array.from({ length: 5 }, () => client.organization.listOrganization({ pageSize: 1 }));
    Promise.all(calls).then((answers) => parentPort.postMessage(answers.length));`;
  for (let round = 0; round < 3; round++) {
    const workers = Array.from({ length: 4 }, () => worker(source));
    const ended = workers.map((one) => once(one, "exit"));
    const answers = await Promise.all(workers.map(async (one) => (await once(one, "message"))[0]));
    assert.deepEqual(answers, [5, 5, 5, 5]);
    assert.deepEqual(await Promise.all(ended), [[0], [0], [0], [0]]);
  }
  const client = new ScalekitClient(url, clientId, clientSecret);
  await client.organization.listOrganization({ pageSize: 1 });
});

test("a worker that is terminated in the middle of calls takes nothing with it", async () => {
  const stub = await server();
  let asked = 0;
  let left = 0;
  /** @type {() => void} */
  let wake = () => {};
  stub.on("/api/v1/organizations", (_, response) => {
    asked++;
    response.on("close", () => {
      left++;
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
    const doomed = worker(source, { stub: stub.url });
    await until(() => asked >= round * 20);
    await doomed.terminate();
    // What the worker waited for is given up with it.
    await until(() => left >= round * 20);
  }
  const client = new ScalekitClient(url, clientId, clientSecret);
  await client.organization.listOrganization({ pageSize: 1 });
});

test("answers that arrive while a worker ends are lost, not more", async () => {
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
 * The package as another context of this thread has it: with modules of its own. The addon is loaded once more, or is
 * that of this context, as Jest has it.
 * @param {boolean} shared
 */
function contextual(shared) {
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
    const known = modules.get(path);
    if (known) {
      return known.exports;
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
      const within = createRequire(path);
      const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(path, "utf8")}\n})`;
      const run = vm.runInContext(source, context, { filename: path });
      const ask = (/** @type {string} */ name) =>
        name.startsWith("node:") ? within(name) : load(within.resolve(name));
      run(module.exports, ask, module, path, dirname(path));
    }
    return module.exports;
  }
  return load(require.resolve("scalekit-client"));
}

test("several contexts of one thread each load the package, and work side by side", async () => {
  const packages = [contextual(false), contextual(false), contextual(true), require("scalekit-client")];
  const clients = packages.map((loaded) => new loaded.ScalekitClient(url, clientId, clientSecret));
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.all(clients.map((client) => client.organization.listOrganization({ pageSize: 1 })));
    assert.equal(answers.length, 4);
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
    // Objects of this context are good in any.
    const headers = new Headers({ "webhook-id": "1", "webhook-timestamp": "x", "webhook-signature": "v1,x" });
    assert.throws(() => clients[index].verifyWebhookPayload("whsec_c2VjcmV0", headers, new Uint8Array(3)), {
      message: "Invalid Signature Headers",
    });
  }
});

test("a context that is not used any more is not held on to", async () => {
  const loaded = await (async () => {
    const { ScalekitClient } = contextual(true);
    const client = new ScalekitClient(url, clientId, clientSecret);
    await client.organization.listOrganization({ pageSize: 1 });
    const aborted = client.organization.listOrganization({ pageSize: 1 }, { signal: AbortSignal.timeout(0) });
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

test("a panic becomes an exception, at once and in the background", async () => {
  const { native } = await import("scalekit-client/lib/native.js");
  const { runInBackground } = await import("scalekit-client/lib/mailbox.js");
  const { fromNative } = await import("scalekit-client/lib/errors/from-native.js");
  const { panicNow, panicLater } = native();
  assert.ok(panicNow && panicLater, "the tests run on a debug build of the addon");
  const failure = panicNow();
  assert.ok(failure);
  assert.equal(fromNative(failure).constructor, ScalekitException);
  assert.equal(failure.message, "internal error, please report it: on purpose");
  await assert.rejects(runInBackground(panicLater), (/** @type {any} */ error) => {
    assert.equal(error.constructor, ScalekitException);
    assert.equal(error.message, "internal error, please report it: on purpose");
    return true;
  });
  // And all goes on.
  await new ScalekitClient(url, clientId, clientSecret).organization.listOrganization({ pageSize: 1 });
});
