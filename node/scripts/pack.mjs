// @ts-check
// Packs the package and one platform package: pack.mjs ADDON DIRECTORY [TARGET]
//
// Writes both tarballs to DIRECTORY. ADDON is the addon that cargo built for TARGET. The default
// target is this machine. If ADDON is `none`, only packs the main package.
//
// The platform packages are added as optional dependencies here and not in package.json: a checkout
// could not be installed until they are published.
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
const { PLATFORMS } = createRequire(import.meta.url)("../lib/runtime/platforms.js");
const { scripts, devDependencies, ...manifest } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);
const { version, license, repository, homepage, bugs, publishConfig, engines } = manifest;
// npm includes a file named LICENSE automatically, but not these files.
const LICENSES = ["LICENSE-APACHE", "LICENSE-MIT"];
// The notices of the crates in the addon, and of the interface definitions in the main package.
const NOTICES = "THIRD-PARTY-NOTICES";
const report = /** @type {any} */ (process.report?.getReport());
const libc = report?.header.glibcVersionRuntime ? "glibc" : "musl";

/** @param {string} name @param {object} content */
function createPackage(name, content) {
  const folder = join(packed, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of LICENSES) {
    cpSync(join(root, "..", file), join(folder, file));
  }
  cpSync(join(root, NOTICES), join(folder, NOTICES));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(content, null, 2)}\n`);
  return folder;
}

/** @param {string} folder */
function pack(folder) {
  execFileSync("npm", ["pack", "--silent", "--pack-destination", packed], {
    cwd: folder,
    stdio: "inherit",
  });
}

/** Packs the addon with the files and fields that npm needs to select it. */
function packPlatform() {
  const current = PLATFORMS.find((/** @type {any} */ platform) =>
    target
      ? platform.target === target
      : platform.os === process.platform &&
        platform.cpu === process.arch &&
        (platform.libc ?? libc) === libc,
  );
  if (!current) {
    throw new Error(`there is no package for ${target ?? `${process.platform}-${process.arch}`}`);
  }
  const platform = createPackage(current.package, {
    name: current.package,
    version,
    description: `The addon of scalekit-client for ${current.target}`,
    license,
    repository,
    homepage,
    bugs,
    publishConfig,
    engines,
    os: [current.os],
    cpu: [current.cpu],
    ...(current.libc && { libc: [current.libc] }),
    main: "scalekit.node",
    files: ["scalekit.node", ...LICENSES, NOTICES],
  });
  cpSync(addon, join(platform, "scalekit.node"));
  pack(platform);
}

if (addon !== "none") {
  packPlatform();
}
const main = createPackage("scalekit-client", {
  ...manifest,
  files: [...manifest.files, ...LICENSES, NOTICES],
  optionalDependencies: Object.fromEntries(
    PLATFORMS.map((/** @type {any} */ platform) => [platform.package, version]),
  ),
});
for (const file of [...manifest.files, "README.md"]) {
  // `.built` is a timestamp file of make.
  cpSync(join(root, file), join(main, file), {
    recursive: true,
    filter: (source) => !source.endsWith(".built"),
  });
}
pack(main);
