// @ts-check
// check-types.mjs PACKED PLACE: what the compiler makes of the packed package (a tarball in PACKED) in projects of its
// users, CommonJS and ESM, laid out in PLACE; and whether types and code agree for every way to resolve them.
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";

const [packed, place] = process.argv.slice(2).map((path) => resolve(path));
if (!packed || !place) {
  throw new Error("usage: check-types.mjs PACKED PLACE");
}
const root = resolve(import.meta.dirname, "..");
const name = readdirSync(packed).find((file) => /^scalekit-client-\d.*\.tgz$/.test(file));
if (!name) {
  throw new Error(`there is no package in ${packed}`);
}
const tarball = join(packed, name);

rmSync(place, { recursive: true, force: true });
const modules = join(place, "node_modules");
mkdirSync(join(modules, "scalekit-client"), { recursive: true });
execFileSync("tar", ["-xzf", tarball, "-C", join(modules, "scalekit-client"), "--strip-components=1"]);
for (const needed of ["@bufbuild", "@types", "undici-types"]) {
  symlinkSync(join(root, "node_modules", needed), join(modules, needed));
}
const consumers = join(root, "tests/consumers");
for (const kind of ["cjs", "esm"]) {
  cpSync(join(consumers, kind), join(place, kind), { recursive: true });
  for (const file of readdirSync(consumers).filter((file) => file.endsWith(".ts"))) {
    cpSync(join(consumers, file), join(place, kind, file));
  }
  const options = ["-p", join(place, kind)];
  execFileSync(join(root, "node_modules/.bin/tsc"), options, { stdio: "inherit" });
}

const result = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
if (!result.types) {
  throw new Error("the package has no types");
}
// The one way to resolve that has no `exports`, which the subpaths come from: the compiler of Node 10's time.
const problems = result.problems.filter((problem) => !("resolutionKind" in problem && problem.resolutionKind === "node10"));
for (const problem of problems) {
  console.error(JSON.stringify(problem));
}
console.log(`types: ${Object.keys(result.entrypoints).length} entry points, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
