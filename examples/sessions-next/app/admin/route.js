import { auth } from "../../lib/auth";

export const GET = auth.withAuth(() => new Response("Only administrators see this."), {
  roles: "admin",
});
