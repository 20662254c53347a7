import { auth } from "../lib/auth";
import { Page } from "../lib/page";

export const metadata = { title: "Welcome" };

export default async function Start() {
  const user = await auth.currentUser();
  return (
    <Page title="Welcome" text={user ? "You are signed in." : "Sign in to see your orders."} />
  );
}
