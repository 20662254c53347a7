import { test } from "node:test";

import { succeeds } from "./support/programs.mjs";
import { project } from "./support/project.mjs";

const path = project("vitest", ["vitest"]);

for (const pool of ["forks", "threads"]) {
  test(`vitest: tests in ${pool}`, async () => {
    const vitest = [process.execPath, "node_modules/vitest/vitest.mjs"];
    await succeeds(path, [...vitest, "run", "--pool", pool]);
  });
}
