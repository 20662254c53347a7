import { auth } from "../../lib/auth";
import { Page } from "../../lib/page";

export const metadata = { title: "Administration" };

export default async function Administration() {
  const user = await auth.currentUser();
  const text = "Only administrators see this page.";
  const isAdministrator = user?.roles?.includes("admin");
  return <Page title={isAdministrator ? "Administration" : "No access"} text={text} />;
}
