// @ts-check
/** Modifiers of `client.actions`. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { ScalekitArgumentException, ScalekitModifierException } from "scalekit-client";

import { recordedActions } from "./support/recorded-actions.mjs";

const RESPONSE = { data: { n: 5, rows: [{ id: 1 }] }, executionId: "exe_1" };
const execute = (/** @type {any} */ actions, /** @type {any} */ toolInput = { q: 1 }) =>
  actions.executeTool({ toolName: "a", toolInput, identifier: "user_1" });

test("modifiers of a tool are applied in the order of registration, also asynchronous ones", async () => {
  const { actions, sent } = recordedActions(RESPONSE);
  actions.preModifier("a", (/** @type {any} */ input) => ({ ...input, first: true }));
  actions.preModifier(["b", "a"], async (/** @type {any} */ input) => ({
    ...input,
    q: input.q + 1,
  }));
  actions.preModifier("b", () => assert.fail("another tool"));
  actions.postModifier("a", async (/** @type {any} */ output) => ({ n: output.n + 1 }));
  actions.postModifier("a", (/** @type {any} */ output) => ({ n: output.n * 2 }));
  const response = await execute(actions);
  assert.deepEqual(sent[0]?.[1].params, { q: 2, first: true });
  assert.deepEqual(response.data, { n: 12 });
  assert.equal(response.executionId, "exe_1");
});

test("a registered function is returned unchanged", () => {
  const { actions } = recordedActions();
  const func = (/** @type {any} */ input) => input;
  assert.equal(actions.preModifier("a", func), func);
  assert.equal(actions.postModifier("a", func), func);
});

test("a modifier cannot change the input of the caller", async () => {
  const { actions, sent } = recordedActions();
  actions.preModifier("a", (/** @type {any} */ input) => {
    input.list.push(2);
    return input;
  });
  const input = Object.freeze({ list: Object.freeze([1]) });
  await execute(actions, input);
  assert.deepEqual(input, { list: [1] });
  assert.deepEqual(sent[0]?.[1].params, { list: [1, 2] });
});

test("a pre-modifier receives an object if there is no input", async () => {
  const { actions, sent } = recordedActions();
  actions.preModifier("a", (/** @type {any} */ input) => ({ ...input, limit: 5 }));
  await execute(actions, null);
  assert.deepEqual(sent[0]?.[1].params, { limit: 5 });
});

test("a pre-modifier must return an object", async () => {
  for (const [result, type] of /** @type {const} */ ([
    [undefined, "undefined"],
    [null, "null"],
    ["text", "string"],
    [[1], "an array"],
  ])) {
    const { actions, sent } = recordedActions();
    actions.preModifier("a", function limit() {
      return result;
    });
    await assert.rejects(execute(actions), (error) => {
      assert.ok(error instanceof ScalekitArgumentException);
      assert.equal(
        error.message,
        `pre-modifier limit() of tool a must return an object, not ${type}`,
      );
      return true;
    });
    assert.deepEqual(sent, []);
  }
});

test("a post-modifier may return nothing", async () => {
  const { actions } = recordedActions(RESPONSE);
  actions.postModifier("a", () => null);
  assert.equal((await execute(actions)).data, undefined);
});

test("an invalid result of a post-modifier keeps the response, which logs do not show", async () => {
  const { actions } = recordedActions(RESPONSE);
  actions.postModifier("a", (/** @type {any} */ output) => {
    output.rows[0].id = "changed";
    return "text";
  });
  await assert.rejects(execute(actions), (error) => {
    assert.ok(error instanceof ScalekitModifierException);
    assert.equal(error.operation, "ToolService.ExecuteTool");
    assert.deepEqual(error.toolResponse?.data, RESPONSE.data);
    assert.equal(error.toolResponse?.executionId, "exe_1");
    assert.ok(!JSON.stringify(error).includes("rows"));
    return true;
  });
});

test("the error of a post-modifier keeps the response", async () => {
  const { actions } = recordedActions(RESPONSE, RESPONSE);
  const own = new TypeError("own");
  const fail = actions.postModifier("a", async () => {
    throw own;
  });
  await assert.rejects(execute(actions), (/** @type {any} */ error) => {
    assert.ok(error === own);
    assert.deepEqual(error.toolResponse.data, RESPONSE.data);
    assert.deepEqual(Object.keys(error), []);
    return true;
  });
  actions.removeModifier(fail);
  assert.deepEqual((await execute(actions)).data, RESPONSE.data);
});

test("modifiers can be listed and removed", () => {
  const { actions } = recordedActions();
  const func = (/** @type {any} */ data) => data;
  const other = (/** @type {any} */ data) => ({ ...data });
  actions.preModifier(["a", "b"], func);
  actions.postModifier("a", func);
  actions.addModifier({ toolNames: "b", type: "post", func: other });
  const listed = (/** @type {any} */ filter) =>
    actions.getModifiers(filter).map((/** @type {any} */ { toolNames, type }) => [toolNames, type]);
  assert.deepEqual(listed(undefined), [
    [["a", "b"], "pre"],
    [["a"], "post"],
    [["b"], "post"],
  ]);
  assert.deepEqual(listed({ toolName: "b" }), [
    [["a", "b"], "pre"],
    [["b"], "post"],
  ]);
  assert.deepEqual(listed({ toolName: "a", type: "post" }), [[["a"], "post"]]);
  actions.getModifiers().length = 0;
  assert.equal(actions.getModifiers().length, 3);
  actions.removeModifier(actions.getModifiers()[1]);
  assert.deepEqual(listed({ toolName: "a" }), [[["a", "b"], "pre"]]);
  actions.removeModifier(func);
  assert.deepEqual(listed(undefined), [[["b"], "post"]]);
  actions.removeModifier({ toolNames: ["b"], type: "post", func: other });
  assert.deepEqual(listed(undefined), []);
});

test("a modifier that is added during an execution applies to the next one", async () => {
  const { actions } = recordedActions(RESPONSE, RESPONSE);
  actions.preModifier("a", (/** @type {any} */ input) => {
    actions.preModifier("a", (/** @type {any} */ changed) => ({ ...changed, added: true }));
    return input;
  });
  await execute(actions);
  assert.equal(actions.getModifiers().length, 2);
});

test("invalid modifiers are rejected", () => {
  const { actions } = recordedActions();
  const func = (/** @type {any} */ data) => data;
  for (const [call, message] of /** @type {[() => void, RegExp][]} */ ([
    [() => actions.preModifier([], func), /^toolNames must be a string or an array of strings$/],
    [() => actions.preModifier("a"), /^func must be a function, not undefined$/],
    [
      () => actions.addModifier({ toolNames: "a", type: "x", func }),
      /^type must be "pre" or "post"$/,
    ],
    [
      () => actions.addModifier({ tool_names: "a", type: "pre", func }),
      /^addModifier\(\) has no 'tool_names'; use 'toolNames'$/,
    ],
    [() => actions.getModifiers({ tool: "a" }), /^getModifiers\(\) has no 'tool'; use 'toolName'$/],
  ])) {
    assert.throws(call, { name: "ScalekitArgumentException", message });
  }
});
