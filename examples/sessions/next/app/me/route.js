import { auth } from "../../lib/auth";

export const GET = auth.withAuth((_request, { session }) => Response.json(session));
