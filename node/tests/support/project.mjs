// @ts-check
/** Creates projects in which the package is installed in npm's layout. */
import {
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";

import { ROOT } from "./programs.mjs";

const require = createRequire(import.meta.url);
/** @type {{ PLATFORMS: import("../../lib/runtime/platforms.js").Platform[] }} */
const { PLATFORMS } = require("scalekit-client/lib/runtime/platforms");
const PACKAGE = join(ROOT, "node");

/** The platform package for the debug addon. The libc is ignored. */
export const PLATFORM =
  PLATFORMS.find(({ os, cpu }) => os === process.platform && cpu === process.arch)?.package ?? "";

/**
 * Creates a project with `files`. It is deleted after the tests of the calling file.
 * @param {Record<string, string>} files @param {{ platforms?: string[] }} [options]
 */
export function project(files, { platforms = [PLATFORM] } = {}) {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "scalekit-project-")));
  after(() => rmSync(directory, { recursive: true }));
  const modules = join(directory, "node_modules");
  const { devDependencies, scripts, ...manifest } = JSON.parse(
    readFileSync(join(PACKAGE, "package.json"), "utf8"),
  );
  writeFiles(join(modules, "scalekit-client"), {
    "package.json": JSON.stringify({
      ...manifest,
      optionalDependencies: Object.fromEntries(
        PLATFORMS.map((platform) => [platform.package, manifest.version]),
      ),
    }),
  });
  for (const file of manifest.files) {
    cpSync(join(PACKAGE, file), join(modules, "scalekit-client", file), { recursive: true });
  }
  const protobuf = "node_modules/@bufbuild/protobuf";
  cpSync(join(PACKAGE, protobuf), join(directory, protobuf), { recursive: true });
  for (const name of platforms) {
    const { version } = manifest;
    writeFiles(join(modules, name), {
      "package.json": JSON.stringify({ name, version, main: "scalekit.node" }),
    });
    link(join(PACKAGE, "scalekit.node"), join(modules, name, "scalekit.node"));
  }
  writeFiles(directory, files);
  return directory;
}

/** @param {string} directory @param {Record<string, string>} files */
function writeFiles(directory, files) {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
}

/**
 * Creates a hard link to the debug addon, which is large. Copies it if the file system differs.
 * @param {string} from @param {string} to
 */
function link(from, to) {
  try {
    linkSync(from, to);
  } catch {
    cpSync(from, to);
  }
}
