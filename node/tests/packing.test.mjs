// @ts-check
/** Contents of the published tarballs. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { ROOT } from "./support/programs.mjs";

const require = createRequire(import.meta.url);
/** @type {{ PLATFORMS: import("../lib/runtime/platforms.js").Platform[] }} */
const { PLATFORMS } = require("scalekit-client/lib/runtime/platforms");
const { version } = /** @type {any} */ (require("scalekit-client/package.json"));

const directory = mkdtempSync(join(tmpdir(), "scalekit-packed-"));
after(() => rmSync(directory, { recursive: true }));
const addon = join(directory, "addon");
writeFileSync(addon, "");

const [platform] = PLATFORMS;
assert.ok(platform);
const script = join(ROOT, "node/scripts/pack.mjs");
execFileSync(process.execPath, [script, addon, directory, platform.target], { stdio: "ignore" });

/** @param {string} mode @param {string} name @param {string[]} files */
function tar(mode, name, ...files) {
  const tarball = join(directory, `${name}-${version}.tgz`);
  return execFileSync("tar", [mode, tarball, ...files], { encoding: "utf8" });
}

for (const name of ["scalekit-client", platform.package]) {
  test(`the tarball of ${name} contains both licenses`, () => {
    for (const license of ["LICENSE-APACHE", "LICENSE-MIT"]) {
      const text = tar("-xzOf", name, `package/${license}`);
      assert.equal(text, readFileSync(join(ROOT, license), "utf8"), license);
    }
  });
}

test("the release builds the addon of each platform, and no other", () => {
  const workflow = readFileSync(join(ROOT, ".github/workflows/build.yml"), "utf8");
  const built = [...workflow.matchAll(/\{ target: (\S+),/g)].map(([, target]) => target);
  assert.deepEqual(built.sort(), PLATFORMS.map(({ target }) => target).sort());
});

test("the tarball of a platform package contains the addon and nothing else", () => {
  const files = tar("-tzf", platform.package).trim().split("\n").sort();
  const expected = [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "THIRD-PARTY-NOTICES",
    "package.json",
    "scalekit.node",
  ];
  assert.deepEqual(
    files,
    expected.map((file) => `package/${file}`),
  );
});
