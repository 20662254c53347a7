// @ts-check
/** `client.actions` sends the requests of Python and of Scalekit's documentation. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { recordedActions } from "./support/recorded-actions.mjs";
import { ROOT } from "./support/programs.mjs";

const read = (/** @type {string | URL} */ path) => JSON.parse(readFileSync(path, "utf8"));
const SHARED = read(join(ROOT, "tests/agents/requests.json"));
const DOCUMENTED = read(new URL("documented/actions.json", import.meta.url));

test("every method sends the same requests as in Python", async (t) => {
  for (const { method, arguments: params, responses = [], sends } of SHARED) {
    await t.test(`${method} ${JSON.stringify({ ...params, responses })}`, async () => {
      const recorded = recordedActions(...structuredClone(responses));
      await recorded.call(method, params);
      assert.deepEqual(recorded.sent, sends);
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
    // Tested in request.test.mjs.
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
