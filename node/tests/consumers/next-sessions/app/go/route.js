import { redirect } from "next/navigation";

import { auth } from "../../lib/auth";

export const GET = auth.withAuth(() => redirect("/dashboard"));
