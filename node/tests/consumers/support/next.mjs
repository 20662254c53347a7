// Next.js, as its users run it.

import { cpSync } from "node:fs";

import { serve, succeeds } from "./programs.mjs";
import { emptyFolder } from "./project.mjs";

const NEXT = [process.execPath, "node_modules/next/dist/bin/next"];

/** Starts `next dev` or `next start` with options. */
export function start(t, project, ...command) {
  const address = (port) => ["--hostname", "127.0.0.1", "--port", port];
  return serve(t, project, (port) => [...NEXT, ...command, ...address(port)]);
}

/** Runs `next build` without the environment variables of the application. */
export async function build(project) {
  const names = Object.keys(process.env).filter((name) => name.startsWith("SCALEKIT_"));
  const unset = names.flatMap((name) => ["-u", name]);
  await succeeds(project, ["env", ...unset, "-u", "COOKIE_SECRET", ...NEXT, "build"]);
}

/** Starts the standalone output in a folder outside of the repository. */
export function startStandalone(t, project) {
  const folder = emptyFolder();
  cpSync(`${project}/.next/standalone`, folder, { recursive: true });
  return serve(t, folder, () => [process.execPath, "server.js"]);
}
