import { auth } from "../../lib/auth";

export const GET = auth.withAuth(async (request, { user, accessToken }) =>
  Response.json({ sub: user.sub, token: typeof accessToken, path: request.nextUrl.pathname }),
);
