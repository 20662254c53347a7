import { randomUUID } from "node:crypto";

import { cookies } from "next/headers";
import { redirect } from "next/navigation";

import { callbackUrl, scalekit } from "../../lib/scalekit";

export async function GET(request) {
  const state = randomUUID();
  (await cookies()).set("state", state, { httpOnly: true, sameSite: "lax" });
  const loginHint = request.nextUrl.searchParams.get("login_hint") ?? undefined;
  redirect(scalekit().getAuthorizationUrl(callbackUrl(), { state, loginHint }));
}
