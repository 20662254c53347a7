import { existsSync } from "node:fs";
import { join } from "node:path";

import type { Loaded } from "./loader";

/** Loads the addon at `path`. */
export function requireFile(path: string): unknown {
  return require(path);
}

/** Loads the addon of a checkout. Returns `undefined` if it does not exist. */
export function requireFromCheckout(): unknown {
  // `__dirname` is undefined in a bundle that is an ES module.
  if (typeof __dirname === "undefined") {
    return undefined;
  }
  const path = join(__dirname, "..", "..", "scalekit.node");
  return existsSync(path) ? require(path) : undefined;
}

/**
 * Loads a platform package or its `package.json`.
 *
 * Each name is a literal, because file tracers only follow literals. The `try` block marks the
 * packages as optional for file tracers.
 */
export function requirePackage(name: string): Loaded {
  try {
    switch (name) {
      case "scalekit-client-linux-x64-gnu":
        return { value: require("scalekit-client-linux-x64-gnu") };
      case "scalekit-client-linux-x64-gnu/package.json":
        return { value: require("scalekit-client-linux-x64-gnu/package.json") };
      case "scalekit-client-linux-x64-musl":
        return { value: require("scalekit-client-linux-x64-musl") };
      case "scalekit-client-linux-x64-musl/package.json":
        return { value: require("scalekit-client-linux-x64-musl/package.json") };
      case "scalekit-client-linux-arm64-gnu":
        return { value: require("scalekit-client-linux-arm64-gnu") };
      case "scalekit-client-linux-arm64-gnu/package.json":
        return { value: require("scalekit-client-linux-arm64-gnu/package.json") };
      case "scalekit-client-linux-arm64-musl":
        return { value: require("scalekit-client-linux-arm64-musl") };
      case "scalekit-client-linux-arm64-musl/package.json":
        return { value: require("scalekit-client-linux-arm64-musl/package.json") };
      case "scalekit-client-darwin-x64":
        return { value: require("scalekit-client-darwin-x64") };
      case "scalekit-client-darwin-x64/package.json":
        return { value: require("scalekit-client-darwin-x64/package.json") };
      case "scalekit-client-darwin-arm64":
        return { value: require("scalekit-client-darwin-arm64") };
      case "scalekit-client-darwin-arm64/package.json":
        return { value: require("scalekit-client-darwin-arm64/package.json") };
      case "scalekit-client-win32-x64-msvc":
        return { value: require("scalekit-client-win32-x64-msvc") };
      case "scalekit-client-win32-x64-msvc/package.json":
        return { value: require("scalekit-client-win32-x64-msvc/package.json") };
      case "scalekit-client-win32-arm64-msvc":
        return { value: require("scalekit-client-win32-arm64-msvc") };
      case "scalekit-client-win32-arm64-msvc/package.json":
        return { value: require("scalekit-client-win32-arm64-msvc/package.json") };
    }
  } catch (failure) {
    return { failure };
  }
  return { failure: new Error(`there is no platform package ${name}`) };
}
