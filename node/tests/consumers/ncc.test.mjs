import { cpSync } from "node:fs";
import { test } from "node:test";

import { works } from "./support/checks.mjs";
import { serve, succeeds } from "./support/programs.mjs";
import { emptyFolder, project } from "./support/project.mjs";

const path = project("ncc", ["server", "ncc"]);
const NCC = [process.execPath, "node_modules/@vercel/ncc/dist/ncc/cli.js"];
const SERVER = [process.execPath, "dist/index.mjs"];

test("ncc: an external package", async (t) => {
  await succeeds(path, [...NCC, "build", "server.mjs", "--external", "scalekit-client"]);
  const { url } = await serve(t, path, () => SERVER);
  await works(url);
});

test("ncc: a bundled package, in another folder", async (t) => {
  await succeeds(path, [...NCC, "build", "server.mjs"]);
  const folder = emptyFolder();
  cpSync(`${path}/dist`, `${folder}/dist`, { recursive: true });
  const { url } = await serve(t, folder, () => SERVER);
  await works(url);
});
