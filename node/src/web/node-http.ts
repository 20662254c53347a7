// Requests and responses of `node:http`.

import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from "node:http";

import { HEADERS, type Outcome, type OutcomeCookie, type RequestParts } from "./auth";

/** Returns the parts of a request that the core reads. */
export function partsOf(
  method: string | undefined,
  target: string | undefined,
  headers: IncomingHttpHeaders,
): RequestParts {
  const selected: RequestParts["headers"] = [];
  for (const name of HEADERS) {
    const value = headers[name];
    if (typeof value === "string") {
      selected.push([name, value]);
    }
  }
  return { method: method ?? "GET", target: target ?? "/", headers: selected };
}

/** Sends the response of an outcome. */
export function send(response: ServerResponse, outcome: Outcome): void {
  const { status = 500, headers = [], body = "" } = outcome.response ?? {};
  addCookies(response, outcome.cookies);
  response.statusCode = status;
  for (const [name, value] of headers) {
    response.setHeader(name, value);
  }
  response.end(body);
}

/**
 * Adds cookies to a response, also if the application replaces the header `Set-Cookie` afterwards. A
 * lost cookie would sign the user out: the refresh token of the previous one was used.
 */
export function addCookies(response: ServerResponse, cookies: OutcomeCookie[] = []): void {
  if (cookies.length === 0) {
    return;
  }
  // Caches must not store the cookies. The application can replace the header.
  if (!response.hasHeader("cache-control")) {
    response.setHeader("Cache-Control", "private, no-store");
  }
  const present = asList(response.getHeader("set-cookie"));
  const others = present.filter((header) => !cookies.some((cookie) => sets(header, cookie)));
  response.setHeader("Set-Cookie", [...others, ...cookies.map(({ header }) => header)]);

  const { writeHead } = response;
  response.writeHead = function (this: ServerResponse, ...args: any[]) {
    response.writeHead = writeHead;
    const last: unknown = args.at(-1);
    if (typeof last === "object" && last !== null) {
      args[args.length - 1] = withCookies(last as OutgoingHttpHeaders | string[], cookies);
    }
    const current = asList(this.getHeader("set-cookie"));
    this.setHeader("Set-Cookie", [...current, ...missing(current, cookies)]);
    return writeHead.apply(this, args as Parameters<typeof writeHead>);
  } as typeof writeHead;
}

/** Adds the cookies to the headers of `writeHead` if these replace `Set-Cookie`. */
function withCookies(
  headers: OutgoingHttpHeaders | string[],
  cookies: OutcomeCookie[],
): OutgoingHttpHeaders | string[] {
  if (Array.isArray(headers)) {
    // Names and values, alternating.
    const values = headers.filter((_, at) => headers[at - 1]?.toLowerCase() === "set-cookie");
    const added = values.length === 0 ? [] : missing(values, cookies);
    return [...headers, ...added.flatMap((header) => ["Set-Cookie", header])];
  }
  const name = Object.keys(headers).find((name) => name.toLowerCase() === "set-cookie");
  if (name === undefined) {
    return headers;
  }
  const values = asList(headers[name]);
  return { ...headers, [name]: [...values, ...missing(values, cookies)] };
}

/** Returns the headers of the cookies that `present` does not set. */
function missing(present: string[], cookies: OutcomeCookie[]): string[] {
  return cookies
    .filter((cookie) => !present.some((header) => sets(header, cookie)))
    .map(({ header }) => header);
}

function sets(header: string, { name }: OutcomeCookie): boolean {
  return header.startsWith(`${name}=`);
}

function asList(value: number | string | readonly string[] | undefined): string[] {
  return value === undefined ? [] : [value].flat().map(String);
}
