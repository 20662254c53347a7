import { auth } from "../../../lib/auth";

export const GET = auth.createLogoutHandler();
export const POST = GET;
