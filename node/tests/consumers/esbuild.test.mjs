import { test } from "node:test";

import { failsAsBundled, works } from "./support/checks.mjs";
import { run, serve, succeeds } from "./support/programs.mjs";
import { project } from "./support/project.mjs";

const path = project("esbuild", ["server", "esbuild"]);
const ESBUILD = [process.execPath, "node_modules/esbuild/bin/esbuild", "server.mjs", "--bundle"];

test("esbuild: an external package", async (t) => {
  const options = ["--platform=node", "--format=esm", "--external:scalekit-client"];
  await succeeds(path, [...ESBUILD, ...options, "--outfile=dist/server.mjs"]);
  const { url } = await serve(t, path, () => [process.execPath, "dist/server.mjs"]);
  await works(url);
});

test("esbuild: a bundled package fails with an error that names bundling", async () => {
  await succeeds(path, [...ESBUILD, "--platform=node", "--outfile=dist/bundled.cjs"]);
  failsAsBundled(await run(path, [process.execPath, "dist/bundled.cjs"]));
});
