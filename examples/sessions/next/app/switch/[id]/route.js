import { auth } from "../../../lib/auth";

export const GET = auth.withAuth(async (request, { params }) => {
  const { id: organizationId } = await params;
  return auth.createLoginHandler({ organizationId, returnTo: "/orders" })(request);
});
