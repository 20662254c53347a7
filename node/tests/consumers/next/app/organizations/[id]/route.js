import { ScalekitNotFoundException } from "scalekit-client";

import { scalekit } from "../../../lib/scalekit";

export async function GET(_request, { params }) {
  const { id } = await params;
  try {
    const { organization } = await scalekit().organization.getOrganization(id);
    return Response.json({ name: organization.displayName });
  } catch (error) {
    if (error instanceof ScalekitNotFoundException) {
      return Response.json({ error: error.name }, { status: error.httpStatus });
    }
    throw error;
  }
}
