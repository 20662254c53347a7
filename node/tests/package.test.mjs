// @ts-check
/** Exports of the package, loading of the addon, and error messages if loading fails. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import ScalekitDefault, * as esm from "scalekit-client";

import { FILES } from "./documented/files.mjs";
import { ROOT } from "./support/programs.mjs";

const require = createRequire(import.meta.url);
const cjs = require("scalekit-client");

test("import and require have the same exports with the same classes", () => {
  assert.equal(ScalekitDefault, cjs.ScalekitClient);
  const names = Object.keys(cjs).filter((name) => name !== "__esModule");
  assert.deepEqual(Object.keys(esm).sort(), names.sort());
  for (const name of names) {
    assert.equal(/** @type {any} */ (esm)[name], /** @type {any} */ (cjs)[name], name);
  }
  assert.equal(cjs.Scalekit, cjs.ScalekitClient);
});

test("the default import has all exports as properties, as in a CommonJS package", () => {
  /** @type {any} */
  const scalekit = ScalekitDefault;
  for (const name of Object.keys(cjs)) {
    assert.equal(scalekit[name], /** @type {any} */ (cjs)[name], name);
  }
  assert.equal(scalekit.default, ScalekitDefault);
  assert.ok(!("__esModule" in scalekit) && !("module.exports" in scalekit));
  assert.deepEqual(Object.keys(scalekit), []);
  const { ScalekitClient } = scalekit;
  assert.ok(
    new ScalekitClient("https://acme.scalekit.com", "skc_1", "secret") instanceof ScalekitDefault,
  );
});

test("the exports are those of the official SDK and two more exceptions", () => {
  const official = [
    "GrantType",
    "ObjectType",
    "Scalekit",
    "ScalekitBadRequestException",
    "ScalekitCancelledException",
    "ScalekitClient",
    "ScalekitConflictException",
    "ScalekitException",
    "ScalekitForbiddenException",
    "ScalekitGatewayTimeoutException",
    "ScalekitInternalServerException",
    "ScalekitNotFoundException",
    "ScalekitNotImplementedException",
    "ScalekitServerException",
    "ScalekitServiceUnavailableException",
    "ScalekitToolException",
    "ScalekitToolForbiddenException",
    "ScalekitToolRateLimitException",
    "ScalekitToolUnauthorizedException",
    "ScalekitTooManyRequestsException",
    "ScalekitUnauthorizedException",
    "ScalekitUnknownException",
    "ScalekitValidateTokenFailureException",
    "Source",
    "WebhookVerificationError",
    "default",
    "isToolException",
  ];
  assert.deepEqual(
    Object.keys(esm).sort(),
    [...official, "ScalekitArgumentException", "ScalekitModifierException"].sort(),
  );
  assert.equal(esm.GrantType.RefreshToken, "refresh_token");
});

test("the top-level enums equal the enums of the message modules", () => {
  const events = require("scalekit-client/lib/pkg/grpc/scalekit/v1/events/events_pb");
  assert.deepEqual({ ...esm.ObjectType }, { ...events.ObjectType });
  assert.deepEqual({ ...esm.Source }, { ...events.Source });
  assert.equal(esm.ObjectType[esm.ObjectType.Organization], "Organization");
});

test("the exception classes are the same as in the core", async () => {
  const { native } = require("scalekit-client/lib/runtime/native");
  const { EXCEPTIONS } = require("scalekit-client/lib/errors/from-native");
  const { exceptions, version } = native().about();
  assert.deepEqual([...EXCEPTIONS.keys()].sort(), [...exceptions].sort());
  assert.equal(version, /** @type {any} */ (require("scalekit-client/package.json")).version);
});

test("loading the package loads only the modules that define its exports", () => {
  const program = `
    require("scalekit-client");
    const lib = require("node:path").join(require.resolve("scalekit-client"), "..", "/");
    const loaded = Object.keys(require.cache).map((path) => path.replace(lib, ""));
    console.log(JSON.stringify(loaded.map((path) => path.replaceAll("\\\\", "/")).sort()));`;
  const output = execFileSync(process.execPath, ["-e", program], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  // A new module here makes every import slower. Modules for clients and calls are loaded lazily.
  assert.deepEqual(JSON.parse(output), [
    "enums.js",
    "errors/base-exception.js",
    "errors/index.js",
    "errors/shared.js",
    "errors/specific-exceptions.js",
    "index.js",
    "runtime/call.js",
    "runtime/credentials.js",
    "runtime/decode/piece.js",
    "runtime/lazy-service.js",
    "runtime/native.js",
    "runtime/validate.js",
    "scalekit.js",
    "services/index.js",
  ]);
});

test("creating a client starts no thread", () => {
  const program = `
    const { readdirSync } = require("node:fs");
    const threads = () => readdirSync("/proc/self/task").length;
    const before = threads();
    const { ScalekitClient } = require("scalekit-client");
    new ScalekitClient("https://acme.scalekit.com", "skc_1", "secret").getLogoutUrl();
    console.log(threads() - before);`;
  if (process.platform === "linux") {
    const output = execFileSync(process.execPath, ["-e", program], {
      cwd: import.meta.dirname,
      encoding: "utf8",
    });
    assert.equal(output, "0\n");
  }
});

test("message modules have short paths and the official SDK's paths", () => {
  const deep = require("scalekit-client/lib/pkg/grpc/scalekit/v1/organizations/organizations_pb");
  assert.equal(require("scalekit-client/v1/organizations"), deep);
  assert.equal(
    require("scalekit-client/lib/pkg/grpc/scalekit/v1/organizations/organizations_pb.js"),
    deep,
  );
  assert.equal(
    require("scalekit-client/v1/auth/passwordless"),
    require("scalekit-client/lib/pkg/grpc/scalekit/v1/auth/passwordless_pb"),
  );
  assert.equal(typeof require("scalekit-client/lib/organization").default, "function");
  assert.equal(require("scalekit-client/lib"), cjs);
  assert.equal(require("scalekit-client/lib/errors").ScalekitException, cjs.ScalekitException);
});

test("each service client has the official SDK's path", () => {
  for (const file of Object.values(FILES)) {
    const module = require(`scalekit-client/lib/${file}`);
    assert.match(module.default.name, /Client$/, file);
    assert.equal(require(`scalekit-client/lib/${file}.js`), module);
  }
  assert.equal(require("scalekit-client/lib/scalekit").default, cjs.ScalekitClient);
  assert.equal(require("scalekit-client/lib/types/scalekit.js").GrantType, cjs.GrantType);
});

const { fromPackage } = require("scalekit-client/lib/runtime/loader");
const { PLATFORMS } = require("scalekit-client/lib/runtime/platforms");
const { version } = /** @type {any} */ (require("scalekit-client/package.json"));

/** @param {Record<string, unknown>} installed */
const search = (installed, os = "linux", cpu = "x64") => ({
  os,
  cpu,
  requirePackage: (/** @type {string} */ name) => {
    const value = name in installed ? installed[name] : new Error(`Cannot find module '${name}'`);
    return value instanceof Error ? { failure: value } : { value };
  },
});

test("the addon is loaded from the platform package", () => {
  for (const { os, cpu, package: name } of PLATFORMS) {
    const installed = { [`${name}/package.json`]: { version }, [name]: `addon of ${name}` };
    assert.equal(fromPackage(search(installed, os, cpu)), `addon of ${name}`);
  }
});

test("if two platform packages are installed, the one that can be loaded is used", () => {
  const installed = {
    "scalekit-client-linux-x64-gnu/package.json": { version },
    "scalekit-client-linux-x64-gnu": new Error("ld-linux-x86-64.so.2: no such file"),
    "scalekit-client-linux-x64-musl/package.json": { version },
    "scalekit-client-linux-x64-musl": "musl",
  };
  assert.equal(fromPackage(search(installed)), "musl");
});

test("the error of a failed load names the package and the solution", () => {
  /** @type {[RegExp, any][]} */
  const cases = [
    [
      /no build for sunos-x64; there are builds for linux-x64, .*win32-x64.*SCALEKIT_NODE_ADDON/,
      search({}, "sunos"),
    ],
    [
      /scalekit-client-darwin-arm64 is not installed.*--omit=optional/,
      search({}, "darwin", "arm64"),
    ],
    [
      /scalekit-client \S+ needs scalekit-client-darwin-x64 \S+, but 0\.0\.1 is installed/,
      search({ "scalekit-client-darwin-x64/package.json": { version: "0.0.1" } }, "darwin"),
    ],
    [
      /scalekit-client-darwin-x64 cannot be loaded here: wrong architecture/,
      search(
        {
          "scalekit-client-darwin-x64/package.json": { version },
          "scalekit-client-darwin-x64": new Error("wrong architecture"),
        },
        "darwin",
      ),
    ],
  ];
  for (const [message, parameters] of cases) {
    assert.throws(() => fromPackage(parameters), { message });
  }
});

test("the version equals the workspace's version", () => {
  const workspace = readFileSync(`${ROOT}/Cargo.toml`, "utf8");
  assert.match(workspace, new RegExp(`^version = "${version.replaceAll(".", "\\.")}"$`, "m"));
});
