// @ts-check
/**
 * Records the requests of `@scalekit-sdk/node` for the calls in calls.mjs: `node record.mjs FOLDER
 * > requests.json`. The SDK must be installed in FOLDER, in the version that calls.mjs names. No
 * request is sent: the service clients get a transport that records requests.
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
  const requests = [];
  const transport = {
    createClient: (/** @type {any} */ service) =>
      new Proxy({}, { get: (_, /** @type {string} */ method) => service.method[method] }),
  };
  const core = {
    connectExec: async (/** @type {any} */ method, /** @type {any} */ request) => {
      const service = method.parent.typeName.split(".").at(-1);
      const message = create(method.input, request);
      requests.push({
        operation: `${service}.${method.name}`,
        request: toJson(method.input, message, { useProtoFieldName: true }),
      });
      // The fields that methods read from a response.
      return { link: {}, policy: {}, user: {}, directories: [{}] };
    },
  };
  const { default: Client } = require(join(folder, `${FILES[attribute]}.js`));
  await new Client(transport, core)[name](...args);
  if (requests.length !== 1) {
    throw new Error(`${path} sent ${requests.length} requests`);
  }
  [recorded[path]] = /** @type {[object]} */ (requests);
}
process.stdout.write(`${JSON.stringify(recorded, null, 2)}\n`);
