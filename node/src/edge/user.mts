import { member, type JsonObject } from "./json.mjs";
import type { User } from "../types/auth.js";

/** Claims with another name in the profile. */
const RENAMED: readonly [claim: string, name: string][] = [
  ["sub", "id"],
  ["preferred_username", "username"],
  ["given_name", "givenName"],
  ["family_name", "familyName"],
  ["email_verified", "emailVerified"],
  ["phone_number", "phoneNumber"],
  ["phone_number_verified", "phoneNumberVerified"],
  ["birthdate", "birthDate"],
  ["zoneinfo", "zoneInfo"],
  ["updated_at", "updatedAt"],
];

/** Claims with the same name in the profile. */
const UNCHANGED = [
  "name",
  "email",
  "profile",
  "picture",
  "gender",
  "locale",
  "identities",
  "metadata",
];

/** Selects the profile claims of an ID token. */
export function userOf(claims: JsonObject): User {
  const names = [...RENAMED, ...UNCHANGED.map((name) => [name, name] as const)];
  const profile = names
    .map(([claim, name]) => [name, member(claims, claim)] as const)
    .filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(profile) as User;
}
