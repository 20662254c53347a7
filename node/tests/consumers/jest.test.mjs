import { test } from "node:test";

import { succeeds } from "./support/programs.mjs";
import { project } from "./support/project.mjs";

test("jest: tests with resetModules", async () => {
  const path = project("jest", ["jest"]);
  await succeeds(path, [process.execPath, "node_modules/jest/bin/jest.js"]);
});
