import { cookies } from "next/headers";
import { redirect } from "next/navigation";

import { callbackUrl, scalekit } from "../../lib/scalekit";

export async function GET(request) {
  const { code, state } = Object.fromEntries(request.nextUrl.searchParams);
  const jar = await cookies();
  if (!state || state !== jar.get("state")?.value) {
    return new Response("The login was not started in this browser", { status: 403 });
  }
  const { idToken } = await scalekit().authenticateWithCode(code, callbackUrl());
  jar.delete("state");
  jar.set("id_token", idToken, { httpOnly: true, sameSite: "lax" });
  redirect("/");
}
