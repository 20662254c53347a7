// @ts-check
/**
 * Records what `@scalekit-sdk/node` sends for the calls of calls.mjs: `node record.mjs FOLDER > requests.json`, where
 * FOLDER has the SDK at the version that calls.mjs names installed. Nothing is sent; its service clients get a
 * transport that takes notes.
 */
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

import { CALLS } from "./calls.mjs";
import { FILES } from "./files.mjs";

const require = createRequire(join(resolve(process.argv[2] ?? "."), "package.json"));
const { create, toJson } = require("@bufbuild/protobuf");
const folder = join(require.resolve("@scalekit-sdk/node"), "..");

/** @type {Record<string, object>} */
const recorded = {};
for (const [path, ...args] of CALLS) {
  const [attribute = "", name = ""] = path.split(".");
  /** @type {object[]} */
  const notes = [];
  const transport = {
    createClient: (/** @type {any} */ service) => new Proxy({}, { get: (_, /** @type {string} */ method) => service.method[method] }),
  };
  const core = {
    connectExec: async (/** @type {any} */ method, /** @type {any} */ request) => {
      const service = method.parent.typeName.split(".").at(-1);
      const message = create(method.input, request);
      notes.push({
        operation: `${service}.${method.name}`,
        request: toJson(method.input, message, { useProtoFieldName: true }),
      });
      // Enough for the methods that look into the answer.
      return { link: {}, policy: {}, user: {}, directories: [{}] };
    },
  };
  const { default: Client } = require(join(folder, `${FILES[attribute]}.js`));
  await new Client(transport, core)[name](...args);
  if (notes.length !== 1) {
    throw new Error(`${path} made ${notes.length} calls`);
  }
  [recorded[path]] = /** @type {[object]} */ (notes);
}
process.stdout.write(`${JSON.stringify(recorded, null, 2)}\n`);
