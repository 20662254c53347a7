// @ts-check
/**
 * The HTTP that a request must become, computed from the schema's own `google.api.http` options: apart from the code
 * of the client, so that the two can disagree.
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { getOption } = require("@bufbuild/protobuf");
const { http } = require("../../lib/pkg/grpc/google/api/annotations_pb.js");

/**
 * @param {import("@bufbuild/protobuf").DescMethod} method
 * @param {Record<string, any>} request as JSON, with the schema's field names
 */
export function expectedHttp(method, request) {
  /** @type {any} */
  const rule = getOption(method, http);
  const routes = [rule, ...rule.additionalBindings];
  const fields = (/** @type {any} */ route) => [...route.pattern.value.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const route = routes.find((route) => fields(route).every((/** @type {string} */ name) => request[name]));
  const rest = { ...request };
  let path = route.pattern.value;
  for (const name of fields(route)) {
    path = path.replace(`{${name}}`, encodeURIComponent(rest[name]));
    delete rest[name];
  }
  let body = null;
  if (route.body === "*") {
    body = rest;
  } else if (route.body !== "") {
    body = rest[route.body];
    delete rest[route.body];
  }
  const query = route.body === "*" ? [] : pairs(rest);
  return { method: route.pattern.case.toUpperCase(), path, query: query.sort(), body };
}

/** @param {Record<string, any>} fields @param {string} [prefix] @returns {string[]} */
function pairs(fields, prefix = "") {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (Array.isArray(value)) {
      return value.map((item) => `${prefix}${name}=${item}`);
    }
    return typeof value === "object" ? pairs(value, `${prefix}${name}.`) : [`${prefix}${name}=${value}`];
  });
}

/** What the emulator saw, in the same form. @param {any} logged */
export function seenHttp(logged) {
  const query = [...new URLSearchParams(logged.query ?? "")].map(([name, value]) => `${name}=${value}`);
  return {
    method: logged.method,
    path: logged.path,
    query: query.sort(),
    body: logged.body ? JSON.parse(logged.body) : null,
  };
}
