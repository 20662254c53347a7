import { ScalekitClient } from "scalekit-client";
import type OrganizationClient from "scalekit-client/lib/organization";
import type UserClient from "scalekit-client/lib/user.js";

/** The classes of the service clients, from the paths that code for the earlier SDK imports them from. */
export function clients(client: ScalekitClient): [OrganizationClient, UserClient] {
  return [client.organization, client.user];
}

/** A client with a service of its own, as tests of applications have it. */
export class FakeClient extends ScalekitClient {
  override readonly organization = { getOrganization: async () => ({}) } as unknown as OrganizationClient;
}
