import { createRequire } from "node:module";

import { PLATFORMS } from "./platforms";

/** Environment variable with the path of an addon that replaces the installed one. */
const OVERRIDE = "SCALEKIT_NODE_ADDON";

/** The exports of a package, or the error of loading it. */
export type Loaded = { value: unknown } | { failure: unknown };

/** Parameters of the search for an addon. Tests pass other platforms and packages. */
export interface Search {
  os: string;
  cpu: string;
  requirePackage: (name: string) => Loaded;
}

/**
 * Loads the addon from the path in `SCALEKIT_NODE_ADDON`, from this package's directory in a
 * checkout, or from the platform package.
 */
export function load(): unknown {
  const { requireFromCheckout, requireFile, requirePackage } = addons();
  const override = process.env[OVERRIDE];
  if (override) {
    return requireFile(override);
  }
  return (
    requireFromCheckout() ??
    fromPackage({ os: process.platform, cpu: process.arch, requirePackage })
  );
}

/** Returns the module that requires addons. In a bundle, it is `bundled`. */
function addons(): typeof import("./addons") {
  try {
    return require("#scalekit-client/addons") as typeof import("./addons");
  } catch {
    // Jest before 29.4 ignores `imports` in package.json.
    return createRequire(__filename)("./addons.js") as typeof import("./addons");
  }
}

/** Loads the addon of a platform package. */
export function fromPackage({ os, cpu, requirePackage }: Search): unknown {
  const names = PLATFORMS.filter((platform) => platform.os === os && platform.cpu === cpu).map(
    (platform) => platform.package,
  );
  if (names.length === 0) {
    const all = [...new Set(PLATFORMS.map((platform) => `${platform.os}-${platform.cpu}`))];
    throw new Error(
      `scalekit-client: there is no build for ${os}-${cpu}; ` +
        `there are builds for ${all.join(", ")}. ` +
        `Build the addon with cargo and set ${OVERRIDE} to its path.`,
    );
  }
  const { version } = require("../../package.json") as { version: string };
  let failure: Error | undefined;
  for (const name of names) {
    const manifest = requirePackage(`${name}/package.json`);
    if ("failure" in manifest) {
      continue;
    }
    const found = (manifest.value as { version?: string }).version;
    if (found !== version) {
      failure ??= new Error(
        `scalekit-client ${version} needs ${name} ${version}, but ${found} is installed.`,
      );
      continue;
    }
    const addon = requirePackage(name);
    if ("value" in addon) {
      return addon.value;
    }
    const cause = addon.failure as Error;
    failure ??= new Error(`scalekit-client: ${name} cannot be loaded here: ${cause.message}`, {
      cause,
    });
  }
  throw (
    failure ??
    new Error(
      `scalekit-client: ${names.join(" or ")} is not installed. It is an optional dependency: ` +
        "install without --omit=optional, on the platform that the program will run on, and " +
        "delete node_modules and a lock file that come from another one.",
    )
  );
}
