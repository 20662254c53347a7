// Projects under target/consumers, each with the node_modules that npm would give it.

import { cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const require = createRequire(import.meta.url);
const CONSUMERS = resolve(import.meta.dirname, "..");
const TARGET = resolve(CONSUMERS, "../../../target");
/** The installation that all projects share. */
export const SHARED = join(CONSUMERS, "node_modules");
/** The packed packages, as scripts/check-node-package has installed them. */
const PACKED = join(TARGET, "npm/project/node_modules");

/**
 * Creates a project from folders of this directory, except for the file `without`, and returns its
 * path. It has the packed package, or the one of this checkout, and the dependencies of its
 * package.json.
 */
export function project(name, folders, { without, packed = true } = {}) {
  const path = join(TARGET, "consumers", name);
  rmSync(path, { recursive: true, force: true });
  for (const folder of folders) {
    cpSync(join(CONSUMERS, folder), path, { recursive: true });
  }
  if (without) {
    rmSync(join(path, without));
  }
  const modules = join(path, "node_modules");
  if (packed) {
    packages(PACKED).forEach((each) => link(join(PACKED, each), join(modules, each)));
  } else {
    linkCheckout(modules);
  }
  for (const [dependency, version] of Object.entries(manifest(path).dependencies)) {
    // Several versions of a package have aliases: "next" in version "14" is "next14".
    const alias = `${dependency}${version}`;
    install(dependency, modules, existsSync(join(SHARED, alias)) ? alias : dependency);
  }
  return path;
}

/** Creates a folder outside of the repository, where no node_modules is found. */
export function emptyFolder() {
  const path = mkdtempSync(join(tmpdir(), "consumer-"));
  // The servers have stopped by then.
  process.once("exit", () => rmSync(path, { recursive: true }));
  return path;
}

/** Adds a package of the shared installation, and all packages that it depends on. */
function install(name, modules, alias = name) {
  const source = join(SHARED, alias);
  const target = join(modules, name);
  // Optional packages, such as those for other platforms, may be absent.
  if (existsSync(source) && !existsSync(target)) {
    link(source, target);
    installDependencies(target, modules);
  }
}

function installDependencies(path, modules) {
  const { dependencies, optionalDependencies, peerDependencies } = manifest(path);
  const needed = { ...dependencies, ...optionalDependencies, ...peerDependencies };
  const nested = packages(join(path, "node_modules"));
  for (const name of Object.keys(needed)) {
    if (!nested.includes(name)) {
      install(name, modules);
    }
  }
  for (const name of nested) {
    installDependencies(join(path, "node_modules", name), modules);
  }
}

/** Adds the package of this checkout with a debug build of its addon. */
function linkCheckout(modules) {
  const checkout = resolve(CONSUMERS, "../..");
  const target = join(modules, "scalekit-client");
  link(join(checkout, "lib"), join(target, "lib"));
  for (const file of ["index.mjs", "package.json", "scalekit.node"]) {
    linkSync(join(checkout, file), join(target, file));
  }
  const dependency = "@bufbuild/protobuf";
  link(join(checkout, "node_modules", dependency), join(modules, dependency));
}

function manifest(path) {
  return require(join(path, "package.json"));
}

/** Returns the names of the packages in a node_modules. */
function packages(modules) {
  const names = existsSync(modules) ? readdirSync(modules) : [];
  return names
    .filter((name) => !name.startsWith("."))
    .flatMap((name) => {
      const scoped = name.startsWith("@") ? readdirSync(join(modules, name)) : undefined;
      return scoped ? scoped.map((each) => `${name}/${each}`) : name;
    });
}

/** Copies a folder by hard links: quick, and it takes no space. */
function link(source, target) {
  mkdirSync(target, { recursive: true });
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const copy = entry.isDirectory() ? link : linkSync;
    copy(join(source, entry.name), join(target, entry.name));
  }
}
