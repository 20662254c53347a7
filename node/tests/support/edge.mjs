// @ts-check
/** Loads `scalekit-client/edge` in an edge runtime. */
import { createRequire } from "node:module";
import { join } from "node:path";

import { build } from "esbuild";

import { ROOT } from "./programs.mjs";

// Not imported: its types need the types of browsers.
const { EdgeVM } = createRequire(import.meta.url)("@edge-runtime/vm");

/** Returns the entry as one script that defines the global variable `edge`. */
export async function bundle() {
  const { outputFiles, warnings } = await build({
    stdin: { contents: 'export * from "scalekit-client/edge";', resolveDir: join(ROOT, "node") },
    bundle: true,
    format: "iife",
    globalName: "edge",
    // Without a platform, an import of a module of Node is an error.
    platform: "neutral",
    logLevel: "silent",
    write: false,
  });
  if (warnings.length > 0) {
    throw new Error(JSON.stringify(warnings));
  }
  return /** @type {import("esbuild").OutputFile} */ (outputFiles[0]).text;
}

/** Loads the entry in a new edge runtime. */
export async function edgeRuntime() {
  const vm = new EdgeVM();
  vm.evaluate(`${await bundle()}; globalThis.edge = edge;`);
  return {
    /** The exports of the entry. */
    edge: /** @type {typeof import("scalekit-client/edge")} */ (vm.evaluate("edge")),
    /** @param {string} code @returns {any} */
    evaluate: (code) => vm.evaluate(code),
  };
}
