// @ts-check
/** `client.actions` sends the requests of Python and of Scalekit's documentation. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { proxyEnvironment } from "./support/proxy.mjs";
import { recordedActions } from "./support/recorded-actions.mjs";
import { ROOT } from "./support/programs.mjs";

const read = (/** @type {string | URL} */ path) => JSON.parse(readFileSync(path, "utf8"));
const SHARED = read(join(ROOT, "tests/agents/requests.json"));
const PROXIED = read(join(ROOT, "tests/agents/proxied.json"));
const DOCUMENTED = read(new URL("documented/actions.json", import.meta.url));

test("every method sends the same requests as in Python and Rust", async (t) => {
  for (const { method, arguments: params, responses = [], sends } of SHARED) {
    await t.test(`${method} ${JSON.stringify({ ...params, responses })}`, async () => {
      const recorded = recordedActions(...structuredClone(responses));
      await recorded.call(method, params);
      assert.deepEqual(recorded.sent, sends);
    });
  }
});

test("request sends the same requests to third-party services as in Python and Rust", async (t) => {
  const { prepare, request } = await proxyEnvironment();
  await prepare();
  for (const { arguments: params, http } of PROXIED) {
    await t.test(JSON.stringify(params), async () => {
      const { data } = await request(params);
      const names = new Set([...Object.keys(http.headers), "content-type"]);
      const headers = Object.entries(data.headers).filter(([name]) => names.has(name));
      const { method, path, query, body } = data;
      assert.deepEqual({ method, path, query, headers: Object.fromEntries(headers), body }, http);
    });
  }
});

test("the shared requests cover every method", () => {
  const { actions } = recordedActions();
  /** @type {string[]} */
  const names = [];
  for (const [prefix, object] of [
    ["", actions],
    ["mcp.", actions.mcp],
    ["providers.", actions.providers],
  ]) {
    assert.ok(object.constructor.name.startsWith("Action"));
    for (let type = Object.getPrototypeOf(object); type !== Object.prototype;) {
      names.push(...Object.getOwnPropertyNames(type).map((name) => prefix + name));
      type = Object.getPrototypeOf(type);
    }
  }
  const tested = new Set(SHARED.map((/** @type {any} */ row) => row.method));
  assert.ok(tested.delete("upsertConnectedAccount"));
  const others = [
    "addModifier",
    "removeModifier",
    "getModifiers",
    "preModifier",
    "postModifier",
    "getAuthorizationLinkFor",
    "refreshConnectedAccount",
    // Tested below.
    "request",
    // Tested in agent-tools.test.mjs.
    "getTools",
    "describeToolFailure",
  ];
  const methods = new Set(names.filter((name) => !name.endsWith("constructor")));
  assert.deepEqual([...methods].sort(), [...tested, ...others].sort());
});

test("every call in Scalekit's documentation sends its request", async (t) => {
  /** @type {string[]} */
  const warnings = [];
  const warn = process.emitWarning;
  t.after(() => void (process.emitWarning = warn));
  process.emitWarning = (/** @type {any} */ text) => void warnings.push(String(text));
  for (const { method, arguments: params, positional, sends, error, warning } of DOCUMENTED) {
    const name = `${method}(${Object.keys(params ?? positional).join(", ")})`;
    await t.test(name, async () => {
      const { call, sent } = recordedActions();
      warnings.length = 0;
      // `client.connect` is an object of the same class.
      const result = call(method.replace(/^(actions|connect)\./, ""), ...(positional ?? [params]));
      if (error !== undefined) {
        await assert.rejects(result, (/** @type {Error} */ thrown) => {
          assert.equal(thrown.name, "ScalekitArgumentException");
          assert.ok(thrown.message.includes(error), thrown.message);
          return true;
        });
        assert.deepEqual(sent, []);
        return;
      }
      await result;
      assert.deepEqual(sent, sends);
      assert.equal(warnings.length, warning === undefined ? 0 : 1);
      assert.ok(warnings.every((text) => text.includes(warning)));
    });
  }
});
