// Requests and responses of the Fetch API.

import { HEADERS, type Outcome, type OutcomeCookie, type RequestParts } from "./auth";

/** A `Request`, of any implementation. */
export interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/** Returns the parts of a request that the core reads. */
export function partsOf(request: FetchRequest): RequestParts {
  return {
    method: request.method,
    target: targetOf(request.url),
    headers: selected(request.headers),
  };
}

/** Returns the headers that the core reads. */
export function selected(headers: FetchRequest["headers"]): RequestParts["headers"] {
  return HEADERS.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value] as [string, string]];
  });
}

/** Returns path and query of a URL. */
function targetOf(url: string): string {
  const { pathname, search } = new URL(url, "http://localhost");
  return pathname + search;
}

/** Returns the path of a request. */
export function pathOf(request: FetchRequest): string {
  return targetOf(request.url).split("?", 1)[0] ?? "/";
}

/** Returns the response of an outcome. */
export function toResponse(outcome: Outcome): Response {
  const { status = 500, headers = [], body = "" } = outcome.response ?? {};
  const response = new Response(body === "" ? null : body, { status, headers });
  return withCookies(response, outcome.cookies);
}

/** Returns a response with additional cookies. */
export function withCookies(response: Response, cookies: OutcomeCookie[] = []): Response {
  if (cookies.length === 0) {
    return response;
  }
  // The headers of a redirect and of a received response are immutable.
  const copy = new Response(response.body, response);
  for (const { header } of cookies) {
    copy.headers.append("Set-Cookie", header);
  }
  // Caches must not store the cookies.
  if (!copy.headers.has("cache-control")) {
    copy.headers.set("Cache-Control", "private, no-store");
  }
  return copy;
}
