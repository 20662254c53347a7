// @ts-check
/**
 * Compares types with `@scalekit-sdk/node`: `node types.mjs FOLDER`. The SDK must be installed in
 * FOLDER. The arguments of its methods must be assignable to the arguments of this package, and the
 * results of this package to its results.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { CALLS, HELPERS } from "./calls.mjs";
import { FILES } from "./files.mjs";

const NODE = resolve(import.meta.dirname, "../..");
const sdk = join(resolve(process.argv[2] ?? "."), "node_modules");
const folder = mkdtempSync(join(tmpdir(), "types-"));

const lines = Object.entries(FILES).flatMap(([attribute, file]) => [
  `import Official_${attribute} from "@scalekit-sdk/node/lib/${file}";`,
  `import Own_${attribute} from "${NODE}/lib/services/${file}.js";`,
]);
for (const path of [...CALLS.map(([path]) => path), ...HELPERS]) {
  const [attribute, name] = path.split(".");
  const [official, own] = ["Official", "Own"].map((side) => `${side}_${attribute}["${name}"]`);
  lines.push(
    `{ const fits: Parameters<${official}> extends Parameters<${own}>
      ? true : "arguments of ${path}" = true; }`,
    `{ const fits: Awaited<ReturnType<${own}>> extends Awaited<ReturnType<${official}>>
      ? true : "result of ${path}" = true; }`,
  );
}
const options = {
  module: "node16",
  target: "es2023",
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  typeRoots: [join(NODE, "node_modules/@types")],
  types: ["node"],
};
try {
  symlinkSync(sdk, join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(join(folder, "check.ts"), `${lines.join("\n")}\n`);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: options, files: ["check.ts"] }),
  );
  execFileSync(join(NODE, "node_modules/.bin/tsc"), ["-p", folder], { stdio: "inherit" });
} finally {
  rmSync(folder, { recursive: true });
}
