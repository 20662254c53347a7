// @ts-check
/** File tracing, which Next.js standalone, Vercel, Netlify and SST use, includes the addon. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";

import { nodeFileTrace } from "@vercel/nft";

import { PLATFORM, project } from "./support/project.mjs";

const require = createRequire(import.meta.url);
const { PLATFORMS } = require("scalekit-client/lib/runtime/platforms");

const USE = `
  const client = new ScalekitClient("https://acme.scalekit.com", "skc_1", "secret");
  console.log(client.getLogoutUrl());`;
const PROGRAMS = {
  "program.cjs": `const { ScalekitClient } = require("scalekit-client");${USE}`,
  "program.mjs": `import { ScalekitClient } from "scalekit-client";${USE}`,
};

/** @param {string} directory @param {string} program */
async function traced(directory, program) {
  const { fileList } = await nodeFileTrace([join(directory, program)], { base: directory });
  return fileList;
}

for (const program of Object.keys(PROGRAMS)) {
  test(`a deployment of the files that are traced from ${program} runs`, async () => {
    const directory = project(PROGRAMS);
    const files = await traced(directory, program);
    assert.ok(files.has(join("node_modules", PLATFORM, "scalekit.node")), [...files].join("\n"));
    const deployment = realpathSync(mkdtempSync(join(tmpdir(), "scalekit-deployment-")));
    after(() => rmSync(deployment, { recursive: true }));
    for (const file of files) {
      mkdirSync(dirname(join(deployment, file)), { recursive: true });
      cpSync(join(directory, file), join(deployment, file));
    }
    const { SCALEKIT_NODE_ADDON: _, ...env } = process.env;
    const output = execFileSync(process.execPath, [program], {
      cwd: deployment,
      env,
      encoding: "utf8",
    });
    assert.equal(output, "https://acme.scalekit.com/oidc/logout\n");
  });
}

test("a file tracer finds the addons of all installed platforms", async () => {
  const platforms = PLATFORMS.map((/** @type {any} */ platform) => platform.package);
  const files = await traced(project(PROGRAMS, { platforms }), "program.cjs");
  const addons = [...files].filter((file) => file.endsWith(".node")).sort();
  assert.deepEqual(
    addons,
    platforms
      .map((/** @type {string} */ name) => join("node_modules", name, "scalekit.node"))
      .sort(),
  );
});
