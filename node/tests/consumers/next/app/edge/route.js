import { ScalekitEdgeClient } from "scalekit-client/edge";

// This route runs in the edge runtime, which cannot load the addon.
export const runtime = "edge";

let client;

export async function GET(request) {
  const { SCALEKIT_ENVIRONMENT_URL: url, SCALEKIT_CLIENT_ID: id } = process.env;
  client ??= new ScalekitEdgeClient(url, id, "");
  const token = request.cookies.get("id_token")?.value;
  const valid = await client.validateAccessToken(token, { audience: id });
  return Response.json({ valid, edge: typeof EdgeRuntime === "string" });
}
