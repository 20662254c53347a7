// The token endpoint, `POST {envUrl}/oauth/token`.

import type { Deadline } from "./deadline.mjs";
import { Failure } from "./failure.mjs";
import { send } from "./http.mjs";
import { member, parseObject } from "./json.mjs";
import type { Settings } from "./options.mjs";

/** Form fields whose values never appear in an error. */
const SECRET_FIELDS = ["client_secret", "code", "code_verifier", "refresh_token"];

/** A response with an access token. */
export interface TokenResponse {
  accessToken: string;
  refreshToken: string | undefined;
  idToken: string | undefined;
  /** In seconds. */
  expiresIn: number | undefined;
}

/** Exchanges a grant with the client's credentials. Empty values are not sent. */
export async function requestToken(
  { envUrl, clientId, clientSecret, userAgent, maxRetries }: Settings,
  grant: Readonly<Record<string, string>>,
  deadline: Deadline,
): Promise<TokenResponse> {
  const fields = { ...grant, client_id: clientId, client_secret: clientSecret };
  const form = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ""));
  const secrets = SECRET_FIELDS.flatMap((name) => form.get(name) ?? []);
  const url = `${envUrl}/oauth/token`;
  const { body } = await send({ url, userAgent, form, secrets, maxRetries }, deadline);
  const response = parseObject(body)?.value;
  if (!response) {
    // The body may contain tokens, so it is not shown.
    throw Failure.badResponse("the response is not a JSON object (check envUrl)");
  }
  const text = (name: string) => {
    const value = member(response, name);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const accessToken = text("access_token");
  if (accessToken === undefined) {
    throw Failure.badResponse("the response has no access_token");
  }
  return {
    accessToken,
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    expiresIn: seconds(member(response, "expires_in")),
  };
}

/** Returns a number of seconds. Some servers send it as a string. */
function seconds(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === "number" ? Math.trunc(number) : undefined;
}
