// @ts-check
/** Deadlines, streams and cancellation of `client.actions.request`. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { beforeEach, test } from "node:test";
import { promisify } from "node:util";

import { ScalekitCancelledException, ScalekitGatewayTimeoutException } from "scalekit-client";

import { proxyEnvironment } from "./support/proxy.mjs";

const environment = await proxyEnvironment();
const { url, clientId, clientSecret, request, script } = environment;

beforeEach(() => environment.prepare());

test("the timeout includes the body", async () => {
  await script({ path: "/slow", delay_ms: 5000 });
  await script({ path: "/drip", body: "0123456789", chunk_bytes: 1, chunk_delay_ms: 500 });
  const timesOut = (/** @type {Promise<unknown>} */ promise) =>
    assert.rejects(promise, (error) => {
      assert.ok(error instanceof ScalekitGatewayTimeoutException);
      assert.equal(error.operation, "proxy");
      return true;
    });
  await timesOut(request({ path: "/slow", timeoutMs: 300 }));
  await timesOut(request({ path: "/slow" }, { timeoutMs: 300 }));
  await timesOut(request({ path: "/drip", timeoutMs: 300 }));
  const { data } = await request({ path: "/drip", timeoutMs: 300, responseType: "stream" });
  await timesOut(data.toArray());
});

test("a stream reads the body on demand", async () => {
  await script({ path: "/drip", body: "0123456789", chunk_bytes: 5, chunk_delay_ms: 50 });
  const stream = async (/** @type {object} */ options = {}) =>
    (await request({ path: "/drip", responseType: "stream", ...options })).data;
  assert.equal(Buffer.concat(await (await stream()).toArray()).toString(), "0123456789");
  const text = (await stream()).setEncoding("utf8");
  assert.equal((await text.toArray()).join(""), "0123456789");
  for await (const piece of await stream({ timeoutMs: 5000 })) {
    assert.ok(Buffer.isBuffer(piece));
    break;
  }
});

test("several streams do not block each other", async () => {
  await script({ path: "/files/*", size: 1_000_000 });
  const sizes = await Promise.all(
    Array.from({ length: 8 }, async (_, number) => {
      const { data } = await request({ path: `/files/${number}`, responseType: "stream" });
      let size = 0;
      for await (const piece of data) {
        size += piece.length;
      }
      return size;
    }),
  );
  assert.deepEqual(sizes, Array(8).fill(1_000_000));
});

test("a signal cancels a request and a stream", async () => {
  await script({ path: "/slow", delay_ms: 20_000 });
  await script({ path: "/drip", body: "0".repeat(100), chunk_bytes: 1, chunk_delay_ms: 200 });
  const reason = new Error("stopped");
  for (const options of [{}, { responseType: "stream" }]) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 100);
    const { signal } = controller;
    await assert.rejects(request({ path: "/slow", signal, ...options }), (e) => e === reason);
  }
  const whileReading = new AbortController();
  const { signal } = whileReading;
  const { data } = await request({ path: "/drip", signal, responseType: "stream" });
  setTimeout(() => whileReading.abort(reason), 300);
  await assert.rejects(data.toArray(), (error) => error === reason);
  const idle = new AbortController();
  const options = { path: "/drip", responseType: "stream" };
  const unread = await request(options, { signal: idle.signal });
  idle.abort("enough");
  const [error] = await once(unread.data, "error");
  assert.ok(error instanceof ScalekitCancelledException);
  assert.equal(error.cause, "enough");
  await assert.rejects(request({ signal }), (thrown) => thrown === reason);
  assert.equal((await request({})).status, 200);
});

test("destroying a stream ends the transfer", async () => {
  await script({ path: "/files/*", size: 1_000_000_000 });
  for (const read of [true, false]) {
    const { data } = await request({ path: "/files/1", responseType: "stream" });
    if (read) {
      await once(data, "readable");
    }
    data.destroy();
    await once(data, "close");
    assert.equal(data.destroyed, true);
  }
});

test("a large body must be a stream", async () => {
  await script({ path: "/files/*", size: 70_000_000 });
  await assert.rejects(request({ path: "/files/1" }), /larger than 64 MiB/);
});

test("the memory of a stream does not depend on its size", async () => {
  await script({ path: "/files/*", size: 400_000_000 });
  const program = `
    const { ScalekitClient } = require("scalekit-client");
    const { createWriteStream, readFileSync } = require("node:fs");
    const [url, id, secret] = process.argv.slice(1);
    // On Linux, maxRSS includes the peak of the parent.
    const used = () => process.platform === "linux"
      ? Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1])
      : process.resourceUsage().maxRSS;
    const account = { connectionName: "gmail", identifier: "ada", responseType: "stream" };
    async function main() {
      const client = new ScalekitClient(url, id, secret);
      const read = async (path) => {
        const { data } = await client.actions.request({ ...account, path });
        let size = 0;
        for await (const piece of data) size += piece.length;
        return size;
      };
      await read("/v1/items");
      const before = used();
      console.log(await read("/files/1"), used() - before);
    }
    main();`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["-e", program, url, clientId, clientSecret],
    { cwd: import.meta.dirname },
  );
  const [size, kib = Infinity] = stdout.split(" ").map(Number);
  assert.equal(size, 400_000_000);
  // V8 frees the pieces when they have 64 MiB together.
  assert.ok(kib < 100 * 1024, `${kib} KiB`);
});
