import { cookies } from "next/headers";

import { auth } from "../../lib/auth";

export default async function Dashboard() {
  const session = await auth.getSession();
  const user = await auth.currentUser();
  const token = await auth.getAccessToken();
  const cookie = (await cookies()).get("sk_session")?.value ?? "";
  return (
    <main>
      {session && user && token
        ? `Session of ${user.sub}, cookie ${cookie.slice(-16)}`
        : "No session"}
    </main>
  );
}
