import { cpSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { works } from "./support/checks.mjs";
import { serve, succeeds } from "./support/programs.mjs";
import { SHARED, emptyFolder, project } from "./support/project.mjs";

// The package `bun` gets its program from an install script. The platform's package has it.
const cpu = process.arch === "arm64" ? "aarch64" : process.arch;
const BUN = join(SHARED, `@oven/bun-${process.platform}-${cpu}/bin/bun`);
const path = project("bun", ["server", "bun"]);

test("Bun: a server", async (t) => {
  const { url } = await serve(t, path, () => [BUN, "server.mjs"]);
  await works(url);
});

test("Bun: an executable, in another folder", async (t) => {
  await succeeds(path, [BUN, "build", "--compile", "server.mjs", "--outfile=server"]);
  const folder = emptyFolder();
  cpSync(`${path}/server`, `${folder}/server`);
  const { url } = await serve(t, folder, () => ["./server"]);
  await works(url);
});
