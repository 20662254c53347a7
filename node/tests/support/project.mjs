// @ts-check
/** A project that has the package installed, as npm lays it out. */
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
/** @type {{ PLATFORMS: import("../../lib/platforms.js").Platform[] }} */
const { PLATFORMS } = require("scalekit-client/lib/platforms");
const PACKAGE = join(ROOT, "node");

/** The platform package that gets the debug addon, whatever the libc. */
export const PLATFORM =
  PLATFORMS.find((known) => known.os === process.platform && known.cpu === process.arch)?.package ??
  "";

/**
 * Makes a project with `files`, deleted after the tests of the calling file.
 * @param {Record<string, string>} files @param {{ platforms?: string[] }} [options]
 */
export function project(files, { platforms = [PLATFORM] } = {}) {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "scalekit-project-")));
  after(() => rmSync(directory, { recursive: true }));
  const modules = join(directory, "node_modules");
  const { devDependencies, scripts, ...manifest } = JSON.parse(
    readFileSync(join(PACKAGE, "package.json"), "utf8"),
  );
  lay(join(modules, "scalekit-client"), {
    "package.json": JSON.stringify({
      ...manifest,
      optionalDependencies: Object.fromEntries(
        PLATFORMS.map((one) => [one.package, manifest.version]),
      ),
    }),
  });
  for (const part of manifest.files) {
    cpSync(join(PACKAGE, part), join(modules, "scalekit-client", part), { recursive: true });
  }
  const protobuf = "node_modules/@bufbuild/protobuf";
  cpSync(join(PACKAGE, protobuf), join(directory, protobuf), { recursive: true });
  for (const name of platforms) {
    const { version } = manifest;
    lay(join(modules, name), {
      "package.json": JSON.stringify({ name, version, main: "scalekit.node" }),
    });
    link(join(PACKAGE, "scalekit.node"), join(modules, name, "scalekit.node"));
  }
  lay(directory, files);
  return directory;
}

/** @param {string} directory @param {Record<string, string>} files */
function lay(directory, files) {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
}

/**
 * Links the debug addon, which is large, or copies it to another file system.
 * @param {string} from @param {string} to
 */
function link(from, to) {
  try {
    linkSync(from, to);
  } catch {
    cpSync(from, to);
  }
}
