import { join } from "node:path";
import { test } from "node:test";

import { works } from "./support/checks.mjs";
import { serve } from "./support/programs.mjs";
import { SHARED, project } from "./support/project.mjs";

const DENO = [process.execPath, join(SHARED, "deno/bin.cjs")];
const PERMISSIONS = ["--allow-env", "--allow-ffi", "--allow-net", "--allow-read"];

test("Deno: a server", async (t) => {
  const path = project("deno", ["server", "deno"]);
  const { url } = await serve(t, path, () => [...DENO, "run", ...PERMISSIONS, "server.mjs"]);
  await works(url);
});
