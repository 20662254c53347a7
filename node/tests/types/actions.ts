import {
  ScalekitClient,
  ScalekitModifierException,
  isToolException,
  type AccountFields,
  type AccountName,
  type ActionMcp,
  type ActionProviders,
  type ActionsClient,
  type AppConnection,
  type AppConnectionTimestamp,
  type AuthPattern,
  type AuthorizationDetailsInput,
  type Credentials,
  type ExecuteToolParams,
  type McpSessionToken,
  type Modifier,
  type PreModifierFunction,
  type ProxyResponse,
  type RequestParams,
  type ToolInput,
  type ToolMapping,
  type ToolOutput,
} from "scalekit-client";

const NAME: AccountName = { connectionName: "gmail", identifier: "ada", userId: "usr_1" };
const PATTERN: AuthPattern = { type: "BEARER", displayName: "Token" };
const MAPPING: ToolMapping = { connectionName: "gmail", tools: ["gmail_send"] };

/** Calls the methods of `client.actions` as programs do. Only types are checked. */
export async function agents(client: ScalekitClient): Promise<unknown> {
  const actions: ActionsClient = client.connect;
  const params: ExecuteToolParams = {
    toolName: "gmail_send",
    connector: "gmail",
    identifier: "ada",
    toolInput: { to: "b@c.example" },
  };
  const { data, executionId } = await actions.executeTool(params, { timeoutMs: 5000 });
  await client.actions.executeTool({
    toolName: "gmail_send",
    connectionName: "gmail",
    identifier: "ada",
  });
  // @ts-expect-error: the name is `toolInput`
  await client.actions.executeTool({ toolName: "gmail_send", identifier: "ada", parameters: {} });
  // @ts-expect-error: no client has this method
  await client.actions.refreshConnectedAccount(NAME);
  const link: string = (await actions.getAuthorizationLink({ ...NAME, state: "s" })).link;
  const credentials: Credentials = { oauthToken: { accessToken: "at", scopes: ["mail"] } };
  const message: AuthorizationDetailsInput = {
    details: { case: "oauthToken", value: { accessToken: "at" } },
  };
  const fields: AccountFields = { authorizationDetails: credentials, apiConfig: {} };
  const account = { connectionName: "gmail", identifier: "ada" };
  await actions.createConnectedAccount({ ...account, ...fields });
  await actions.createConnectedAccount({ ...account, authorizationDetails: message });
  await actions.upsertConnectedAccount({ ...account, credentials: { api_key: "k" } });
  const { connectedAccount } = await actions.getConnectedAccount({ connectedAccountId: "ca_1" });
  await actions.updateConnectedAccount({
    ...NAME,
    authorizationDetails: connectedAccount?.authorizationDetails,
  });
  const request: RequestParams = { ...account, path: "/v1/items", queryParams: { limit: [5] } };
  const response: ProxyResponse<{ id: string }> = await actions.request<{ id: string }>(request);
  const id: string = response.data.id + (response.headers["content-type"] ?? "");
  const text: string = (await actions.request({ ...request, responseType: "text" })).data;
  const file = await actions.request({ ...request, responseType: "stream", rawBody: text });
  for await (const piece of file.data) console.log(piece, id);
  // @ts-expect-error: the name is `queryParams` or `params`
  await actions.request({ ...account, path: "/v1/items", query: {} });
  const { connections } = await actions.listConnections({ pageSize: 5, provider: "GMAIL" });
  const [connection]: AppConnection[] = connections;
  const created: AppConnectionTimestamp | undefined = connection?.createdAt;
  const limit: PreModifierFunction = (input: ToolInput) => ({ ...input, limit: 5 });
  actions.preModifier("gmail_send", limit);
  actions.postModifier(["gmail_send"], async (output: ToolOutput) => output);
  const modifier: Modifier = { toolNames: "gmail_send", type: "pre", func: limit };
  actions.addModifier(modifier);
  const mcp: ActionMcp = actions.mcp;
  await mcp.createConfig({ name: "support", connectionToolMappings: [MAPPING] });
  const token: McpSessionToken = await mcp.createSessionToken({
    connectionName: "gmail",
    identifier: "ada",
    expiry: 600,
  });
  const providers: ActionProviders = actions.providers;
  await providers.createCustomProvider({
    displayName: "My API",
    proxyUrl: "https://api.example",
    authPatterns: [PATTERN],
  });
  await providers.listProviders({ providerType: "CUSTOM" });
  return [data, executionId, link, created, token.serverUrl];
}

/** Reads the errors of tools. */
export function reads(error: unknown): boolean {
  if (error instanceof ScalekitModifierException) {
    return error.toolResponse?.executionId !== "";
  }
  return isToolException(error) && error.needsAuthorization;
}
