// @ts-check
/** `client.actions` with recorded requests, without a network. */
import { createRequire } from "node:module";

import { operations } from "./schema.mjs";

const require = createRequire(import.meta.url);
const protobuf = require("@bufbuild/protobuf");
const { lazyActions } = require("../../lib/actions/base.js");
/** @type {any} */
const errors = require("../../lib/errors");
const { Services } = require("../../lib/services/index.js");

const METHODS = operations();

/**
 * @param {...unknown} responses The next responses: JSON of a message, an error, or `{ error }` with
 *   the name of an exception. Later responses are empty messages.
 */
export function recordedActions(...responses) {
  /** @type {[operation: string, request: any][]} */
  const sent = [];
  /** @type {unknown[]} */
  const options = [];
  class RecordingServices extends Services {}
  const transport = {
    /** @param {string} operation @param {Uint8Array} bytes @param {unknown} call */
    async call(operation, bytes, call) {
      const method = METHODS.get(operation);
      if (!method) {
        throw new Error(`no operation ${operation}`);
      }
      sent.push([
        operation,
        protobuf.toJson(method.input, protobuf.fromBinary(method.input, bytes)),
      ]);
      options.push(call);
      /** @type {any} */
      const response = responses.shift() ?? {};
      if (response instanceof Error) {
        throw response;
      }
      if (response.error) {
        throw new errors[response.error]("failed");
      }
      return protobuf.toBinary(method.output, protobuf.fromJson(method.output, response));
    },
    /** @param {any[]} request @param {boolean} _stream @param {unknown} call */
    async forward(request, _stream, call) {
      const [connectionName, identifier, method, path, query, headers, body] = request;
      /** @type {any} */
      const fields = { connectionName, identifier, method, path };
      if (query.length > 0) {
        fields.query = query;
      }
      if (headers.length > 0) {
        fields.headers = headers;
      }
      if (body !== undefined) {
        fields.body = [body[0], String(body[1])];
      }
      sent.push(["proxy", fields]);
      options.push(call);
      return { status: 200, headers: [], failure: undefined, body: Buffer.from("{}") };
    },
  };
  const services = new RecordingServices(transport);
  /** @type {any} */
  const actions = lazyActions(services, () => "https://acme.scalekit.com");
  return {
    actions,
    sent,
    options,
    /** @param {...unknown} next */
    respond: (...next) => void responses.push(...next),
    /** Calls a method, such as `mcp.getConfig`. @param {string} path @param {unknown[]} args */
    call(path, ...args) {
      const names = path.split(".");
      const method = names.pop() ?? "";
      const target = names.reduce((object, name) => object[name], actions);
      return target[method](...args);
    },
  };
}
