// @ts-check
/** The package inside a bundle, and as an external package of a bundle. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import { build } from "esbuild";

import { ROOT } from "./support/programs.mjs";
import { project } from "./support/project.mjs";

const PROGRAM = `
  import { ScalekitClient, ScalekitException } from "scalekit-client";
  try {
    console.log(new ScalekitClient("https://acme.scalekit.com", "skc_1", "secret").getLogoutUrl());
  } catch (error) {
    console.log(error.message, error instanceof ScalekitException);
  }`;

/** @param {import("esbuild").BuildOptions} options @param {Record<string, string>} [env] */
async function bundled(options, env = {}) {
  const directory = project({ "program.mjs": PROGRAM });
  const outfile = join(directory, "bundle.cjs");
  const entryPoints = [join(directory, "program.mjs")];
  const { warnings } = await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: "node",
    logLevel: "silent",
    ...options,
  });
  assert.deepEqual(warnings, []);
  const { SCALEKIT_NODE_ADDON: _, ...rest } = process.env;
  const { stdout, stderr } = spawnSync(process.execPath, [outfile], {
    env: { ...rest, ...env },
    encoding: "utf8",
  });
  assert.equal(stderr, "");
  return stdout;
}

test("inside a bundle, the message names the settings that exclude the package", async () => {
  const message = await bundled({});
  assert.match(message, /^scalekit-client was bundled/);
  for (const setting of [
    'serverExternalPackages: ["scalekit-client"]',
    'experimental: { serverComponentsExternalPackages: ["scalekit-client"] }',
    'externals: { "scalekit-client": "commonjs scalekit-client" }',
    "--external:scalekit-client",
  ]) {
    assert.ok(message.includes(setting), message);
  }
  assert.doesNotMatch(message, /installed/);
});

test("as an external package of a bundle, the package works", async () => {
  assert.equal(
    await bundled({ external: ["scalekit-client"] }),
    "https://acme.scalekit.com/oidc/logout\n",
  );
});

test("inside a bundle, the addon in SCALEKIT_NODE_ADDON is loaded", async () => {
  const addon = join(ROOT, "node/scalekit.node");
  assert.equal(
    await bundled({}, { SCALEKIT_NODE_ADDON: addon }),
    "https://acme.scalekit.com/oidc/logout\n",
  );
});

test("named imports work if a default import of CommonJS is its `default` property", async () => {
  const directory = project({ "program.mjs": "" });
  const installed = join(directory, "node_modules/scalekit-client");
  const outfile = join(directory, "bundle.cjs");
  // With the loader `ts`, esbuild resolves default imports as Bun, Turbopack and Rollup do.
  const contents = readFileSync(join(installed, "index.mjs"), "utf8");
  const stdin = { contents, loader: /** @type {const} */ ("ts"), resolveDir: installed };
  await build({ stdin, outfile, bundle: true, platform: "node", logLevel: "silent" });
  const namespace = createRequire(outfile)(outfile);
  const { default: defaultExport, ...named } = namespace;
  const names = Object.keys(createRequire(outfile)("scalekit-client"));
  assert.deepEqual(Object.keys(namespace).sort(), names.sort());
  for (const [name, value] of Object.entries(named)) {
    assert.ok(value, name);
    assert.equal(defaultExport[name], value, name);
  }
  assert.equal(defaultExport, named.ScalekitClient);
  assert.equal(defaultExport.default, defaultExport);
});

test("a resolver that ignores `imports` in package.json finds the addon", () => {
  // Imitates Jest before 29.4.
  const resolver = `
    const Module = require("node:module");
    const resolve = Module._resolveFilename;
    Module._resolveFilename = function (name, ...rest) {
      if (name.startsWith("#")) throw new Error("Cannot find module '" + name + "'");
      return resolve.call(this, name, ...rest);
    };`;
  const directory = project({ "resolver.cjs": resolver, "program.mjs": PROGRAM });
  const { SCALEKIT_NODE_ADDON: _, ...env } = process.env;
  const args = ["--require", "./resolver.cjs", "program.mjs"];
  const { stdout } = spawnSync(process.execPath, args, { cwd: directory, env, encoding: "utf8" });
  assert.equal(stdout, "https://acme.scalekit.com/oidc/logout\n");
});
