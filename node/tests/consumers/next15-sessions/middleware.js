import { auth } from "./lib/auth";

export default auth.createMiddleware({
  publicRoutes: ["/", "/login", "/callback", "/organizations/*", "/api/*", "/edge", "/token"],
});

export const config = { runtime: "nodejs", matcher: ["/((?!_next/static).*)"] };
