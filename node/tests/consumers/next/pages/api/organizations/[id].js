import { ScalekitNotFoundException } from "scalekit-client";

import { scalekit } from "../../../lib/scalekit";

/** The same as /organizations/[id], in the Pages Router. */
export default async function handler(request, response) {
  try {
    const { organization } = await scalekit().organization.getOrganization(request.query.id);
    response.json({ name: organization.displayName });
  } catch (error) {
    if (!(error instanceof ScalekitNotFoundException)) {
      throw error;
    }
    response.status(error.httpStatus).json({ error: error.name });
  }
}
