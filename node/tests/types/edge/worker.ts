import {
  KeyRing,
  LoginCookies,
  RefreshPolicy,
  ScalekitEdgeClient,
  ScalekitLoginException,
  SessionCookies,
  createSession,
  returnPath,
  type EdgeClientOptions,
  type EventObject,
  type LoginAttempt,
  type Session,
  type SetCookie,
} from "scalekit-client/edge";

const OPTIONS: EdgeClientOptions = { timeoutMs: 5000, waitUntil: (promise) => void promise };
const CALLBACK = "https://app.example/callback";

/** Calls the entry as a worker does, with the types of workers only. Only types are checked. */
export async function handle(request: Request): Promise<Response> {
  const client = new ScalekitEdgeClient("https://acme.scalekit.com", "skc_1", "secret", OPTIONS);
  const keys = new KeyRing(["first", "second"]);
  const logins = new LoginCookies(keys, { sameSite: "Lax", secure: true });
  const sessions = new SessionCookies(keys, { name: "__Host-session" });
  const cookieHeader = request.headers.get("cookie");
  const { searchParams } = new URL(request.url);

  const started = await logins.start(searchParams.get("returnTo"), cookieHeader);
  const location: string = client.getAuthorizationUrl(CALLBACK, {
    ...started.parameters,
    organizationId: "org_1",
  });
  const { attempt }: { attempt: LoginAttempt } = await logins
    .finish(searchParams.get("state"), cookieHeader)
    .catch((error: unknown) => {
      throw error instanceof ScalekitLoginException && error.reason === "expired" ? null : error;
    });
  const login = await client.authenticateWithCode("code", CALLBACK, {
    codeVerifier: attempt.codeVerifier,
    nonce: attempt.nonce,
    signal: request.signal,
  });
  const claims = await client.validateToken<{ sub: string }>(login.accessToken);
  const created: Session = createSession(claims, login);
  const cookies: SetCookie[] = await sessions.write(created, cookieHeader);

  const { session, reason } = await sessions.read(cookieHeader);
  if (!session) {
    return new Response(reason, { status: 401 });
  }
  const state: "active" | "refresh_due" | "expired" = new RefreshPolicy().state(session);
  const body = new Uint8Array(await request.arrayBuffer());
  const verified: boolean = await client.verifyWebhookPayload("whsec_", request.headers, body);
  // @ts-expect-error: a promise is not a boolean
  const unawaited: boolean = client.verifyWebhookPayload("whsec_", request.headers, body);
  const event = await client.parseWebhookEvent<{ id: string }>("whsec_", request.headers, body);
  const kind: EventObject = "Organization";
  // @ts-expect-error: the schema has no such kind
  const unknown: EventObject = "Moon";
  // @ts-expect-error: reason is not a text if there is a session
  const text: string = reason;
  const path: string | undefined = returnPath(searchParams.get("returnTo"));
  const id: string | undefined = event.object === kind ? event.data.id : unknown;
  const headers = new Headers(cookies.map((cookie) => ["set-cookie", String(cookie)]));
  return Response.json([location, state, verified, unawaited, text, path, id], { headers });
}
