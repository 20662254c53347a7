import type { User } from "./auth";

export enum GrantType {
  AuthorizationCode = "authorization_code",
  RefreshToken = "refresh_token",
  ClientCredentials = "client_credentials",
}

/** What an authorization URL asks for. Empty and absent values are left out of it. */
export type AuthorizationUrlOptions = {
  /** The connection to sign in through (`conn_…`). */
  connectionId?: string;
  /** The organization to sign in to (`org_…`). */
  organizationId?: string;
  /** Default: `openid`, `profile` and `email`. */
  scopes?: string[];
  /** An opaque value that comes back with the code: compare it to refuse forged callbacks. */
  state?: string;
  /** A value that comes back in the ID token. */
  nonce?: string;
  /** The domain by which the connection is chosen. */
  domainHint?: string;
  /** The e-mail address or login that the user will probably use. */
  loginHint?: string;
  /** The challenge of a {@link Pkce}, whose verifier the exchange will show. */
  codeChallenge?: string;
  /** `S256`. */
  codeChallengeMethod?: string;
  /** A social provider, such as `google`. */
  provider?: string;
  /** `login`, `consent`, `create`, … */
  prompt?: string;
};

export type AuthenticationOptions = {
  /** The verifier of the challenge that the authorization URL carried; required if it carried one. */
  codeVerifier?: string;
};

/** What a token is asked to have, besides a good signature and being within its time. */
export type TokenValidationOptions = {
  /** `iss` must be this. Default: the client's `issuer`, or not checked. */
  issuer?: string;
  /** `aud` must name one of these. Default: the client's `audience`, or not checked. */
  audience?: string[] | string;
  /** Scopes that must all be there. */
  requiredScopes?: string[];
};

export type AuthenticationResponse = {
  user: User;
  /** The ID token, verified. */
  idToken: string;
  accessToken: string;
  /** The life of the access token in seconds. */
  expiresIn: number;
  refreshToken: string;
  /** The connection that was signed in through. */
  connectionId?: string;
  /** The organization that was signed in to. */
  organizationId?: string;
};

export type RefreshTokenResponse = {
  accessToken: string;
  /** The next refresh token: the one that was used if the service sent no other. */
  refreshToken: string;
  /** A new ID token, if the service sent one. */
  idToken?: string;
  /** The life of the access token in seconds. */
  expiresIn?: number;
};

/** A proof key for code exchange (RFC 7636). */
export interface Pkce {
  /** Keep it in the user's session and give it to `authenticateWithCode`. */
  codeVerifier: string;
  /** Give it to `getAuthorizationUrl`. */
  codeChallenge: string;
  /** Give it to `getAuthorizationUrl`. */
  codeChallengeMethod: "S256";
}

export interface LogoutUrlOptions {
  /** The ID token of the session that ends. */
  idTokenHint?: string;
  /** Where the user goes afterwards. */
  postLogoutRedirectUri?: string;
  /** An opaque value that comes back with the redirect. */
  state?: string;
}

/** Headers as a framework has them: `IncomingHttpHeaders`, `Headers`, a `Map`, or any list of pairs. */
export type WebhookHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string | readonly string[]]>;

/** The body as it arrived. */
export type WebhookPayload = string | Uint8Array | ArrayBuffer;

/** Options of a client. Times are in milliseconds. */
export interface ScalekitOptions {
  /** How long a call may take, all attempts and waits included. Default: 20000. */
  timeoutMs?: number;
  /** The same for executions of tools. Default: 60000. */
  toolTimeoutMs?: number;
  /** How long one attempt to connect, TLS included, may take. Default: 10000. */
  connectTimeoutMs?: number;
  /** How often a connection is probed while a call waits on it; 0 for never. Default: 60000. */
  keepaliveTimeMs?: number;
  /** How long the other side may take to answer a probe. Default: 10000. */
  keepaliveTimeoutMs?: number;
  /** How often a call is repeated, where that is safe; 0 for never. Default: 3. */
  maxRetries?: number;
  /**
   * Certificates to trust besides those of the system: PEM, or the path of a PEM file. `NODE_EXTRA_CA_CERTS`,
   * `SSL_CERT_FILE` and `SSL_CERT_DIR` add certificates in the same way.
   */
  caCertificates?: string | Uint8Array;
  /** URL of a proxy, such as `http://user:password@proxy:3128`. Default: `HTTPS_PROXY` and `NO_PROXY`. */
  proxy?: string;
  /** By how much clocks may differ when a token's times are checked. Default: 5000. */
  tokenLeewayMs?: number;
  /** How many verified tokens are remembered, as keyed hashes of 16 bytes; 0 for none. Default: 1024. */
  tokenCacheSize?: number;
  /** How far the timestamp of a webhook may lie from now. Default: 300000. */
  webhookToleranceMs?: number;
  /** The issuer that tokens must name unless a validation says otherwise. Default: not checked. */
  issuer?: string;
  /** The audiences of which tokens must name one unless a validation says otherwise. Default: not checked. */
  audience?: string[] | string;
  /** Text after the client's own `user-agent`, such as `acme-portal/2.1`. */
  userAgentSuffix?: string;
  /** Permits `http` to a host that is not this machine: tokens and secrets then travel unprotected. */
  allowInsecureHttp?: boolean;
}
