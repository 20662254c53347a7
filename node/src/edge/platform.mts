// Differences between edge runtimes.

/**
 * Returns `true` in Cloudflare Workers and on Vercel. There, a fetch belongs to the request that
 * started it and may end with it, so other requests must not wait for it.
 */
export function isolatesRequests(): boolean {
  const { EdgeRuntime, WebSocketPair } = globalThis as {
    EdgeRuntime?: unknown;
    WebSocketPair?: unknown;
  };
  return WebSocketPair !== undefined || EdgeRuntime === "vercel";
}

let canSkipCache: boolean | undefined;

/** Returns the option that keeps a response out of caches. Some runtimes reject the option. */
export function uncached(): RequestInit {
  if (canSkipCache === undefined) {
    try {
      canSkipCache = new Request("https://acme.invalid", { cache: "no-store" }).cache !== undefined;
    } catch {
      canSkipCache = false;
    }
  }
  return canSkipCache ? { cache: "no-store" } : {};
}

/** Returns milliseconds that do not depend on changes of the clock. */
export function monotonic(): number {
  return performance.now();
}
