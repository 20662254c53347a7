import { isObject, member, type JsonObject } from "../json.mjs";

/** The lifetime of a session without `exp`, in seconds after `iat`. */
const DEFAULT_LIFETIME = 300;

/** The tokens of a session. */
export interface SessionTokens {
  accessToken: string;
  /** Present if the scope `offline_access` was requested. */
  refreshToken?: string | undefined;
  /** The ID token, which logout needs. */
  idToken?: string | undefined;
}

/** The session of a signed-in user. It contains tokens, so do not log it. */
export interface Session extends SessionTokens {
  /** The claims of the access token. */
  user: Readonly<Record<string, unknown>>;
  /** The expiration time of the access token, in seconds since 1970. */
  expiresAt: number;
}

/**
 * Creates a session from the claims of a validated access token and the tokens of a login or a
 * refresh. The session expires with the token: claim `exp`, or 300 s after `iat` without it.
 *
 * @param previous The session that was refreshed. A refresh may return no ID token and no refresh
 *   token. The new session then has the previous ones.
 */
export function createSession(
  claims: Readonly<Record<string, unknown>>,
  { accessToken, refreshToken, idToken }: SessionTokens,
  previous?: Session,
): Session {
  const time = (name: string) => whole(member(claims, name));
  const issued = time("iat");
  const expiresAt = time("exp") ?? (issued === undefined ? 0 : issued + DEFAULT_LIFETIME);
  return {
    user: claims,
    accessToken,
    refreshToken: refreshToken ?? previous?.refreshToken,
    idToken: idToken ?? previous?.idToken,
    expiresAt,
  };
}

/** Returns the JSON value that the cookie stores. All languages use these names. */
export function sessionToJson(session: Session): object {
  return {
    user: session.user,
    access_token: session.accessToken,
    refresh_token: session.refreshToken ?? null,
    id_token: session.idToken ?? null,
    expires_at: session.expiresAt,
  };
}

/** Returns `undefined` if the value is not a session. */
export function sessionFromJson(json: JsonObject): Session | undefined {
  const { user = {}, access_token, refresh_token, id_token, expires_at } = json;
  // Version 1 may contain a fraction.
  const expiresAt = whole(expires_at);
  const optional = (token: unknown): token is string | null | undefined =>
    token === undefined || token === null || typeof token === "string";
  if (
    !isObject(user) ||
    typeof access_token !== "string" ||
    !optional(refresh_token) ||
    !optional(id_token) ||
    expiresAt === undefined
  ) {
    return undefined;
  }
  return {
    user,
    accessToken: access_token,
    refreshToken: refresh_token ?? undefined,
    idToken: id_token ?? undefined,
    expiresAt,
  };
}

function whole(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? Math.trunc(value) : undefined;
}
