import { cookies } from "next/headers";

import { ScalekitValidateTokenFailureException } from "scalekit-client";

import { scalekit } from "../lib/scalekit";

/** Returns the user of a valid ID token, or `undefined`. */
async function currentUser() {
  const token = (await cookies()).get("id_token")?.value;
  if (!token) {
    return undefined;
  }
  try {
    return await scalekit().validateToken(token);
  } catch (error) {
    if (error instanceof ScalekitValidateTokenFailureException) {
      return undefined;
    }
    throw error;
  }
}

export default async function Page() {
  const user = await currentUser();
  return <main>{user ? `Signed in as ${user.email}` : <a href="/login">Log in</a>}</main>;
}
