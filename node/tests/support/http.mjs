// @ts-check
/**
 * Computes the expected HTTP request from the schema's `google.api.http` options, independently of
 * the client's code.
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { getOption } = require("@bufbuild/protobuf");
const { http } = require("../../lib/messages/google/api/annotations_pb.js");

/**
 * Returns the HTTP request of a method.
 * @param {import("@bufbuild/protobuf").DescMethod} method
 * @param {Record<string, any>} request as JSON, with the schema's field names
 */
export function expectedHttp(method, request) {
  /** @type {any} */
  const rule = getOption(method, http);
  const routes = [rule, ...rule.additionalBindings];
  const fields = (/** @type {any} */ route) =>
    [...route.pattern.value.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const route = routes.find((route) =>
    fields(route).every((/** @type {string} */ name) => request[name]),
  );
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
    return typeof value === "object"
      ? pairs(value, `${prefix}${name}.`)
      : [`${prefix}${name}=${value}`];
  });
}

/** Converts a request in the emulator's log to the form of `expectedHttp`. @param {any} logged */
export function seenHttp(logged) {
  const query = [...new URLSearchParams(logged.query ?? "")].map(
    ([name, value]) => `${name}=${value}`,
  );
  return {
    method: logged.method,
    path: logged.path,
    query: query.sort(),
    body: logged.body ? JSON.parse(logged.body) : null,
  };
}
