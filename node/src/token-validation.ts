import * as checks from "./checks";
import { ScalekitValidateTokenFailureException } from "./errors";
import type { Checks } from "./native";
import type { TokenValidationOptions } from "./types/scalekit";

/** Anything but a string is no valid token: most often the token is missing. */
export function tokenText(token: unknown): string {
  if (typeof token !== "string") {
    throw new ScalekitValidateTokenFailureException(`token must be a string, not ${token === null ? "null" : typeof token}`);
  }
  return token;
}

/** What a token is asked to have. */
export function tokenChecks(options: TokenValidationOptions | undefined): Checks | undefined {
  if (options === undefined) {
    return undefined;
  }
  const given = checks.options("options", options);
  return {
    issuer: checks.optionalText("issuer", given.issuer),
    audience: checks.optionalTexts("audience", given.audience),
    requiredScopes: checks.optionalTexts("requiredScopes", given.requiredScopes),
  };
}
