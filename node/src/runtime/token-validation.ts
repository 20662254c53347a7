import { ScalekitValidateTokenFailureException } from "../errors";
import type { TokenRequirements } from "./native";
import type { TokenValidationOptions } from "../types/scalekit";
import * as validate from "./validate";

/**
 * Returns the token if it is a string. Any other value is an invalid token, not an invalid
 * argument: most often the token is missing from a request.
 */
export function tokenString(token: unknown): string {
  if (typeof token !== "string") {
    const actual = token === null ? "null" : typeof token;
    throw new ScalekitValidateTokenFailureException(`token must be a string, not ${actual}`);
  }
  return token;
}

/** Validates the types of the options of a token validation. */
export function tokenOptions(
  options: TokenValidationOptions | undefined,
): TokenRequirements | undefined {
  if (options === undefined) {
    return undefined;
  }
  const { issuer, audience, requiredScopes } = validate.options("options", options);
  const required = validate.optionalText("issuer", issuer);
  return [
    required === undefined ? undefined : [required],
    validate.optionalTexts("audience", audience),
    validate.optionalTexts("requiredScopes", requiredScopes) ?? [],
  ];
}
