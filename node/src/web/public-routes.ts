// The paths of an application that need no session.

import { ScalekitArgumentException } from "../errors";

/** Returns a function that returns `true` for paths that match one of the routes. */
export function publicRoute(routes: readonly (string | RegExp)[]): (path: string) => boolean {
  const matchers = routes.map((route) => {
    if (route instanceof RegExp) {
      // Anchored: a pattern without `^` would also match the end of a protected path.
      const anchored = new RegExp(`^(?:${route.source})$`, route.flags.replace(/[gy]/g, ""));
      return (path: string) => anchored.test(path);
    }
    if (typeof route !== "string" || !route.startsWith("/")) {
      throw new ScalekitArgumentException('publicRoutes must start with "/"');
    }
    const star = route.indexOf("*");
    if (star >= 0 && star < route.length - 1) {
      throw new ScalekitArgumentException("publicRoutes may have * only at the end");
    }
    const prefix = route.slice(0, -1);
    return star < 0 ? (path: string) => path === route : (path: string) => path.startsWith(prefix);
  });
  return (path) => {
    // A server or a proxy may decode a path again, and then leave the public prefix.
    const clean = !/%2f|%5c|%2e|\\|\/\.\.?(\/|$)|\/\//i.test(path);
    return matchers.some((matches) => matches(path)) && clean;
  };
}
