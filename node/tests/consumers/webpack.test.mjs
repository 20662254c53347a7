import { test } from "node:test";

import { failsAsBundled, works } from "./support/checks.mjs";
import { run, serve, succeeds } from "./support/programs.mjs";
import { project } from "./support/project.mjs";

const WEBPACK = [process.execPath, "node_modules/webpack/bin/webpack.js"];
const SERVER = [process.execPath, "dist/server.cjs"];

test("webpack: an external package", async (t) => {
  const path = project("webpack", ["server", "webpack"]);
  await succeeds(path, WEBPACK);
  const { url } = await serve(t, path, () => SERVER);
  await works(url);
});

test("webpack: a bundled package fails with an error that names bundling", async () => {
  const path = project("webpack-bundled", ["server", "webpack"], { without: "webpack.config.mjs" });
  const options = "--mode development --target node20 --output-filename server.cjs".split(" ");
  await succeeds(path, [...WEBPACK, "./server.mjs", ...options]);
  failsAsBundled(await run(path, SERVER));
});
