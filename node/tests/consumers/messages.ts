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
import { type Organization, OrganizationSchema, type UpdateOrganization } from "scalekit-client/lib/pkg/grpc/scalekit/v1/organizations/organizations_pb";
import { type CreateRole, CreateRoleSchema } from "scalekit-client/lib/pkg/grpc/scalekit/v1/roles/roles_pb.js";
import { DomainType } from "scalekit-client/v1/domains";
import { TemplateType } from "scalekit-client/v1/auth/passwordless";

/** What messages, enums, exceptions and subpaths are to the compiler. Only types are checked. */
export async function messages(client: ScalekitClient): Promise<void> {
  // Whole messages, parts of them, and initializers, as their types are declared in user code.
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

  // Answers.
  const { organization } = await client.organization.getOrganization("org_1");
  const name: string | undefined = organization?.displayName;
  const json: unknown = organization && toJson(OrganizationSchema, organization);
  const known: boolean = isMessage(organization, OrganizationSchema);
  const location: string = (await client.organization.generatePortalLink("org_1")).location;

  // Iterators, and what a call sets for itself.
  const call: CallOptions = { timeoutMs: 1000, signal: AbortSignal.timeout(500) };
  for await (const item of client.organization.iterOrganizations({ pageSize: 10 }, call)) {
    const each: Organization = item;
    void each;
  }

  const again: Scalekit = client;
  void [name, json, known, location, again, GrantType.AuthorizationCode, ObjectType.User, Source.SCALEKIT];

  try {
    await client.organization.deleteOrganization("org_1");
  } catch (error) {
    if (error instanceof ScalekitServerException) {
      const facts: [number, number, string | null] = [error.httpStatus, error.grpcStatus, error.errorCode];
      void facts;
    } else if (error instanceof ScalekitException || isToolException(error)) {
      void error;
    }
  }

  // @ts-expect-error an argument is missing
  await client.organization.getOrganization();
  // @ts-expect-error it is no number
  await client.organization.getOrganization(5);
  // @ts-expect-error there is no such option
  await client.organization.createOrganization("Acme", { extId: "x" });
  // @ts-expect-error it is a private method
  await client.organization.unary;
}
