// @ts-check
// pack.mjs ADDON DIRECTORY [TARGET]: lays out the package and that of a platform, whose addon is ADDON, and packs both into
// DIRECTORY. TARGET is what cargo built ADDON for; default this machine. The platform packages become optional dependencies
// here: until they are published, a checkout that named them could not be installed.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [addon = "", directory = "", target] = process.argv.slice(2);
if (!addon || !directory) {
  throw new Error("usage: pack.mjs ADDON DIRECTORY [TARGET]");
}
const packed = resolve(directory);
const root = resolve(import.meta.dirname, "..");
const { PLATFORMS } = createRequire(import.meta.url)("../lib/platforms.js");
const { scripts, devDependencies, ...manifest } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { version, license, repository, engines } = manifest;
// npm adds LICENSE to a package by itself, but not files with longer names.
const LICENSES = ["LICENSE-APACHE", "LICENSE-MIT"];
const report = /** @type {any} */ (process.report?.getReport());
const libc = report?.header.glibcVersionRuntime ? "glibc" : "musl";

/** @param {string} name @param {object} content */
function lay(name, content) {
  const place = join(packed, name);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  for (const file of LICENSES) {
    cpSync(join(root, "..", file), join(place, file));
  }
  writeFileSync(join(place, "package.json"), `${JSON.stringify(content, null, 2)}\n`);
  return place;
}

/** @param {string} place */
function pack(place) {
  execFileSync("npm", ["pack", "--silent", "--pack-destination", packed], { cwd: place, stdio: "inherit" });
}

const here = PLATFORMS.find((/** @type {any} */ known) =>
  target
    ? known.target === target
    : known.os === process.platform && known.cpu === process.arch && (known.libc ?? libc) === libc,
);
if (!here) {
  throw new Error(`there is no package for ${target ?? `${process.platform}-${process.arch}`}`);
}
const platform = lay(here.package, {
  name: here.package,
  version,
  description: `The addon of scalekit-client for ${here.target}`,
  license,
  repository,
  engines,
  os: [here.os],
  cpu: [here.cpu],
  ...(here.libc && { libc: [here.libc] }),
  main: "scalekit.node",
  files: ["scalekit.node", ...LICENSES],
});
cpSync(addon, join(platform, "scalekit.node"));
pack(platform);

const main = lay("scalekit-client", {
  ...manifest,
  files: [...manifest.files, ...LICENSES],
  optionalDependencies: Object.fromEntries(PLATFORMS.map((/** @type {any} */ known) => [known.package, version])),
});
for (const part of [...manifest.files, "README.md"]) {
  // Without make's mark.
  cpSync(join(root, part), join(main, part), { recursive: true, filter: (source) => !source.endsWith(".built") });
}
pack(main);
