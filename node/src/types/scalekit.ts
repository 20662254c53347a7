import type { User } from "./auth";
import type { EventObject } from "./event-objects";

export { GrantType } from "../enums";

/** Parameters of an authorization URL. Empty values are not sent. */
export type AuthorizationUrlOptions = {
  /** Id of the connection to log in with (`conn_…`). */
  connectionId?: string;
  /** Id of the organization to log in to (`org_…`). */
  organizationId?: string;
  /** Scopes to request. Default: `openid`, `profile` and `email`. */
  scopes?: string[];
  /** An opaque value that is returned with the code. Compare it to reject forged callbacks. */
  state?: string;
  /** A value that is returned in the ID token. */
  nonce?: string;
  /** The email domain that selects the connection. */
  domainHint?: string;
  /** The expected email address or login of the user. */
  loginHint?: string;
  /** The challenge of a {@link Pkce}. Pass its verifier to `authenticateWithCode`. */
  codeChallenge?: string;
  /** The method of the challenge: `S256`. */
  codeChallengeMethod?: string;
  /** A social provider, such as `google`. */
  provider?: string;
  /** OpenID Connect prompt, such as `login`, `consent` or `create`. */
  prompt?: string;
};

/** Options of `authenticateWithCode`. */
export type AuthenticationOptions = {
  /** The verifier of the challenge. Required if the authorization URL had a challenge. */
  codeVerifier?: string;
};

/** Requirements of a token validation, in addition to the signature and the times. */
export type TokenValidationOptions = {
  /**
   * Required issuer (`iss`). Default: the client's `issuer`. If neither is set, `iss` is not
   * checked.
   */
  issuer?: string;
  /**
   * Accepted audiences: `aud` must contain one of them. Default: the client's `audience`. If
   * neither is set, `aud` is not checked.
   */
  audience?: string[] | string;
  /** Required scopes: the token must have all of them. */
  requiredScopes?: string[];
};

/** Result of `authenticateWithCode`. */
export type AuthenticationResponse = {
  user: User;
  /** The verified ID token. */
  idToken: string;
  accessToken: string;
  /** Lifetime of the access token in seconds. */
  expiresIn: number;
  refreshToken: string;
  /** Id of the connection that the user logged in with. */
  connectionId?: string;
  /** Id of the organization that the user logged in to. */
  organizationId?: string;
};

/** Result of `refreshAccessToken`. */
export type RefreshTokenResponse = {
  accessToken: string;
  /** The next refresh token. If the response has none, this is the refresh token that was used. */
  refreshToken: string;
  /** A new ID token, if the response has one. */
  idToken?: string;
  /** Lifetime of the access token in seconds. */
  expiresIn?: number;
};

/** A proof key for code exchange (RFC 7636). */
export interface Pkce {
  /** Store it in the user's session and pass it to `authenticateWithCode`. */
  codeVerifier: string;
  /** Pass it to `getAuthorizationUrl`. */
  codeChallenge: string;
  /** Pass it to `getAuthorizationUrl`. */
  codeChallengeMethod: "S256";
}

/** Parameters of a logout URL. Empty values are not sent. */
export interface LogoutUrlOptions {
  /** The ID token of the session. */
  idTokenHint?: string;
  /** URL to redirect the user to after the logout. */
  postLogoutRedirectUri?: string;
  /** An opaque value that is returned with the redirect. */
  state?: string;
}

/** HTTP headers: `IncomingHttpHeaders`, `Headers`, a `Map` or any iterable of pairs. */
export type WebhookHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string | readonly string[]]>;

/** The raw body of a request. */
export type WebhookPayload = string | Uint8Array | ArrayBuffer;

/** An event that a webhook delivers: its JSON, with the names of the JSON. */
export interface WebhookEvent<Data = Record<string, unknown>> {
  /** Id of the event (`evt_…`). */
  id: string;
  /** Type of the event, such as `organization.created`. */
  type: string;
  /** Kind of the object in `data`. The service may add kinds that this version does not list. */
  object: EventObject | (string & {});
  /** The object that the event is about. Its fields depend on `object`. */
  data: Data;
  /** Time when the event occurred (RFC 3339). */
  occurred_at: string;
  /** Id of the environment in which the event occurred. */
  environment_id: string;
  /** Id of the organization that the event is about, if there is one. */
  organization_id?: string;
  /** Version of the event format. */
  spec_version: string;
  /** Display name of the event. */
  display_name?: string;
}

/** Options of a client. Times are in milliseconds. */
export interface ScalekitOptions {
  /** Timeout of a call, retries and waits included. Default: 20000. */
  timeoutMs?: number;
  /** Timeout of a tool execution, and of `request` of `client.actions`. Default: 60000. */
  toolTimeoutMs?: number;
  /** Timeout of one connection attempt, TLS included. Default: 10000. */
  connectTimeoutMs?: number;
  /**
   * Interval of keepalive pings while a call is waiting, at least 60000. 0 disables them.
   * Default: 60000.
   */
  keepaliveTimeMs?: number;
  /** Timeout of the response to a keepalive ping. Default: 10000. */
  keepaliveTimeoutMs?: number;
  /** Maximum number of retries of a call that is safe to retry. 0 disables retries. Default: 3. */
  maxRetries?: number;
  /**
   * CA certificates to trust in addition to the system's: PEM text, or the path of a PEM file. The
   * environment variables `NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE` and `SSL_CERT_DIR` also add
   * certificates.
   */
  caCertificates?: string | Uint8Array;
  /**
   * URL of a proxy, such as `http://user:password@proxy:3128`. Default: the environment variables
   * `HTTPS_PROXY` and `NO_PROXY`.
   */
  proxy?: string;
  /** Accepted clock difference when a token's times are checked. Default: 5000. */
  tokenLeewayMs?: number;
  /** Size of the cache of verified tokens. It stores keyed hashes. 0 disables it. Default: 1024. */
  tokenCacheSize?: number;
  /** Maximum difference between a webhook's timestamp and the current time. Default: 300000. */
  webhookToleranceMs?: number;
  /** Required issuer of tokens. A validation can override it. Default: not checked. */
  issuer?: string;
  /** Accepted audiences of tokens. A validation can override them. Default: not checked. */
  audience?: string[] | string;
  /** Text to append to the `user-agent` header, such as `acme-portal/2.1`. */
  userAgentSuffix?: string;
  /** Allows `http` to hosts other than loopback. Tokens and secrets are then sent unencrypted. */
  allowInsecureHttp?: boolean;
}
