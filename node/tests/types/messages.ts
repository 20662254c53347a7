import { create, isMessage, toJson } from "@bufbuild/protobuf";
import Scalekit, {
  type CallOptions,
  type EventFilter,
  GrantType,
  ObjectType,
  ScalekitClient,
  ScalekitException,
  ScalekitServerException,
  Source,
  isToolException,
} from "scalekit-client";
import type { CreateTokenOptions } from "scalekit-client/lib/token";
import {
  type Organization,
  OrganizationSchema,
  type UpdateOrganization,
} from "scalekit-client/lib/pkg/grpc/scalekit/v1/organizations/organizations_pb";
import {
  type CreateRole,
  CreateRoleSchema,
} from "scalekit-client/lib/pkg/grpc/scalekit/v1/roles/roles_pb.js";
import { DomainType } from "scalekit-client/v1/domains";
import { TemplateType } from "scalekit-client/v1/auth/passwordless";

/** Uses messages, enums, exceptions and subpaths. Only types are checked. */
export async function messages(client: ScalekitClient): Promise<void> {
  // Complete messages, partial messages and plain objects as arguments.
  const role: CreateRole = create(CreateRoleSchema, { name: "pilot", displayName: "Pilot" });
  await client.role.createRole(role);
  const patch: Partial<UpdateOrganization> = {};
  patch.displayName = "Acme";
  await client.organization.updateOrganization("org_1", patch);
  const kind: string = "ORGANIZATION_DOMAIN";
  await client.domain.createDomain("org_1", "acme.example", { domainType: kind });
  await client.domain.listDomains("org_1", { domainType: DomainType.ORGANIZATION_DOMAIN });
  await client.passwordless.sendPasswordlessEmail("a@b.example", { template: TemplateType.SIGNIN });
  const options: CreateTokenOptions = { expiry: new Date() };
  await client.token.createToken("org_1", options);
  const filter: EventFilter | undefined = undefined;
  await client.events.listEventsPaginated(10, "", filter);

  // Responses.
  const { organization } = await client.organization.getOrganization("org_1");
  const name: string | undefined = organization?.displayName;
  const json: unknown = organization && toJson(OrganizationSchema, organization);
  const isOrganization: boolean = isMessage(organization, OrganizationSchema);
  const location: string = (await client.organization.generatePortalLink("org_1")).location;

  // Iterators and options of calls.
  const call: CallOptions = { timeoutMs: 1000, signal: AbortSignal.timeout(500) };
  for await (const item of client.organization.iterOrganizations({ pageSize: 10 }, call)) {
    const organization: Organization = item;
    void organization;
  }

  const sameType: Scalekit = client;
  void [
    name,
    json,
    isOrganization,
    location,
    sameType,
    GrantType.AuthorizationCode,
    ObjectType.User,
    Source.SCALEKIT,
  ];

  try {
    await client.organization.deleteOrganization("org_1");
  } catch (error) {
    if (error instanceof ScalekitServerException) {
      const facts: [number, number, string | null] = [
        error.httpStatus,
        error.grpcStatus,
        error.errorCode,
      ];
      void facts;
    } else if (error instanceof ScalekitException || isToolException(error)) {
      void error;
    }
  }

  // @ts-expect-error a required argument is missing
  await client.organization.getOrganization();
  // @ts-expect-error the argument must be a string
  await client.organization.getOrganization(5);
  // @ts-expect-error the option does not exist
  await client.organization.createOrganization("Acme", { extId: "x" });
  // @ts-expect-error the method is protected
  await client.organization.unary;
}
