// @ts-check
// Checks the types of the packed package: check-types.mjs PACKED DIRECTORY
//
// Compiles a CommonJS and an ESM project in DIRECTORY with the tarball in PACKED, a project for edge
// runtimes without the types of Node, and a project with the module resolution `node10`, which
// ignores `exports`. Checks that types and code agree for all module resolutions.
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [packed, directory] = process.argv.slice(2).map((path) => resolve(path));
if (!packed || !directory) {
  throw new Error("usage: check-types.mjs PACKED DIRECTORY");
}
const root = resolve(import.meta.dirname, "..");
const name = readdirSync(packed).find((file) => /^scalekit-client-\d.*\.tgz$/.test(file));
if (!name) {
  throw new Error(`there is no package in ${packed}`);
}
const tarball = join(packed, name);

rmSync(directory, { recursive: true, force: true });
const modules = join(directory, "node_modules");
mkdirSync(join(modules, "scalekit-client"), { recursive: true });
execFileSync("tar", [
  "-xzf",
  tarball,
  "-C",
  join(modules, "scalekit-client"),
  "--strip-components=1",
]);
for (const dependency of ["@bufbuild", "@types", "undici-types"]) {
  symlinkSync(join(root, "node_modules", dependency), join(modules, dependency));
}
const projects = join(root, "tests/types");
for (const kind of ["cjs", "esm", "edge"]) {
  cpSync(join(projects, kind), join(directory, kind), { recursive: true });
  const shared = kind === "edge" ? [] : readdirSync(projects);
  for (const file of shared.filter((file) => file.endsWith(".ts"))) {
    cpSync(join(projects, file), join(directory, kind, file));
  }
  const options = ["-p", join(directory, kind)];
  execFileSync(join(root, "node_modules/.bin/tsc"), options, { stdio: "inherit" });
}
// TypeScript 7 has no `node10`. The package that checks the types depends on TypeScript 5.
const { resolve: find } = createRequire(
  fileURLToPath(import.meta.resolve("@arethetypeswrong/core")),
);
cpSync(join(projects, "node10"), join(directory, "node10"), { recursive: true });
const compile = [find("typescript/lib/tsc.js"), "-p", join(directory, "node10")];
execFileSync(process.execPath, compile, { stdio: "inherit" });

const result = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
if (!result.types) {
  throw new Error("the package has no types");
}
// The resolution `node10` finds `lib/` by `typesVersions`, but not the short paths in `exports`.
// `lib/actions` has a default export, as in the official SDK. All modules of services have one, but
// they are exported by patterns, which are not checked. `./edge` has only an ESM build.
const problems = result.problems.filter(
  (problem) =>
    !("resolutionKind" in problem && problem.resolutionKind === "node10") &&
    !(problem.kind === "CJSOnlyExportsDefault" && problem.fileName.includes("/lib/actions/")) &&
    !(problem.kind === "CJSResolvesToESM" && problem.entrypoint === "./edge"),
);
for (const problem of problems) {
  console.error(JSON.stringify(problem));
}
console.log(
  `types: ${Object.keys(result.entrypoints).length} entry points, ${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
