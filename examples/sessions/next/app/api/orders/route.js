import { withToken } from "scalekit-client/next";

import { client } from "../../../lib/auth";

export const GET = withToken({ client }, (_request, { auth }) =>
  Response.json({ client: auth.clientId, orders: [] }),
);
