import { existsSync } from "node:fs";
import { join } from "node:path";

import { PLATFORMS } from "./platforms";

/** Names an addon that one has built oneself. */
const OVERRIDE = "SCALEKIT_NODE_ADDON";

/** How to look for an addon; tests look as other platforms do. */
export interface Search {
  os: string;
  cpu: string;
  load: (path: string) => unknown;
}

const HERE: Search = { os: process.platform, cpu: process.arch, load: (path) => require(path) };

/**
 * Loads the addon: the one that `SCALEKIT_NODE_ADDON` names, one beside this package (a checkout), or that of the
 * platform's package.
 */
export function load(search: Search = HERE): unknown {
  const override = process.env[OVERRIDE];
  if (override) {
    return search.load(override);
  }
  const beside = join(__dirname, "..", "scalekit.node");
  if (existsSync(beside)) {
    return search.load(beside);
  }
  return fromPackage(search);
}

/** Loads the addon of the platform's package. */
export function fromPackage({ os, cpu, load }: Search): unknown {
  const names = PLATFORMS.filter((known) => known.os === os && known.cpu === cpu).map((known) => known.package);
  if (names.length === 0) {
    const all = [...new Set(PLATFORMS.map((known) => `${known.os}-${known.cpu}`))];
    throw new Error(
      `scalekit-client: there is no build for ${os}-${cpu}; there are builds for ${all.join(", ")}. ` +
        `Build one with cargo and name it in ${OVERRIDE}.`,
    );
  }
  const { version } = require("../package.json") as { version: string };
  let failure: Error | undefined;
  for (const name of names) {
    let found: string | undefined;
    try {
      found = (load(`${name}/package.json`) as { version?: string }).version;
    } catch {
      continue;
    }
    if (found !== version) {
      failure ??= new Error(`scalekit-client ${version} needs ${name} ${version}, but ${found} is installed.`);
      continue;
    }
    try {
      return load(name);
    } catch (cause) {
      failure ??= new Error(`scalekit-client: ${name} cannot be loaded here: ${(cause as Error).message}`, { cause });
    }
  }
  throw (
    failure ??
    new Error(
      `scalekit-client: ${names.join(" or ")} is not installed. It is an optional dependency: install without ` +
        "--omit=optional, on the platform that the program will run on, and delete node_modules and a lock file that " +
        "come from another one.",
    )
  );
}
