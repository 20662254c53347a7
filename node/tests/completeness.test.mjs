// @ts-check
/** The schema, the methods and the documented methods of the official SDK agree. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import { ADDED, ITERATORS } from "./documented/added.mjs";
import { CALLS, HELPERS } from "./documented/calls.mjs";
import { ROOT } from "./support/programs.mjs";
import { modules, operations } from "./support/schema.mjs";

const require = createRequire(import.meta.url);
const { ScalekitClient } = require("../lib/index.js");
const { OPERATIONS } = require("../lib/services/operations.js");

const PLAN = JSON.parse(readFileSync(join(ROOT, "tests/conformance/operations.json"), "utf8"));
const EXPORTS = JSON.parse(
  readFileSync(new URL("documented/exports.json", import.meta.url), "utf8"),
);
/** @type {any} */
const client = new ScalekitClient("https://example.scalekit.com", "id", "secret");

/** The methods of the official SDK's `ScalekitClient`. */
const OWN = [
  "authenticateWithCode",
  "generateClientToken",
  "getAuthorizationUrl",
  "getClientAccessToken",
  "getIdpInitiatedLoginClaims",
  "getLogoutUrl",
  "refreshAccessToken",
  "validateAccessToken",
  "validateToken",
  "verifyInterceptorPayload",
  "verifyScopes",
  "verifyWebhookPayload",
];

/** @param {object} prototype */
function methodNames(prototype) {
  return Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor");
}

function serviceMethods() {
  const services = Object.keys(client).filter((name) => name !== "actions" && name !== "connect");
  return services.flatMap((attribute) =>
    methodNames(Object.getPrototypeOf(client[attribute])).map((name) => `${attribute}.${name}`),
  );
}

test("every operation of the schema has a method", () => {
  const listed = Object.keys(OPERATIONS).sort();
  assert.equal(listed.length, 150);
  assert.deepEqual(
    listed,
    PLAN.operations.map((/** @type {any} */ entry) => entry.operation).sort(),
  );
  assert.deepEqual(listed, [...operations().keys()].sort());
});

test("the listed methods are exactly the existing methods", () => {
  const listed = new Set(Object.values(OPERATIONS).flat());
  assert.deepEqual(serviceMethods().sort(), [...listed].sort());
});

test("every method of the official SDK exists, and all others are tested as additions", () => {
  const documented = new Set([...CALLS.map(([path]) => path), ...HELPERS]);
  const added = new Set([...ADDED, ...ITERATORS].map(([path]) => path));
  assert.deepEqual(serviceMethods().sort(), [...documented, ...added].sort());
  for (const name of OWN) {
    assert.equal(typeof client[name], "function", name);
  }
});

test("every message module has the exports of the official SDK, except for unused types", () => {
  const ours = modules();
  const types = typeNames();
  for (const [path, { exported, absent }] of Object.entries(EXPORTS.modules)) {
    const names = new Set([
      ...Object.keys(ours.get(`${path}.js`) ?? assert.fail(path)),
      ...types(path),
    ]);
    const missing = exported.filter((/** @type {string} */ name) => !names.has(name));
    assert.deepEqual(missing, absent, path);
  }
  for (const path of EXPORTS.absent) {
    assert.ok(!ours.has(`${path}.js`), path);
  }
});

/** Returns a function that reads the names of types from a module's declarations. */
function typeNames() {
  return (/** @type {string} */ path) => {
    const text = readFileSync(new URL(`../lib/messages/${path}.d.ts`, import.meta.url), "utf8");
    return [...text.matchAll(/^export (?:declare )?(?:type|enum|const) (\w+)/gm)].map(
      ([, name]) => name,
    );
  };
}
