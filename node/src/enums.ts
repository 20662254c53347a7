import type * as events from "./messages/scalekit/v1/events/events_pb";

/** OAuth grant types. */
export enum GrantType {
  AuthorizationCode = "authorization_code",
  RefreshToken = "refresh_token",
  ClientCredentials = "client_credentials",
}

// The enums below are copies of generated enums. The package exports them at its top level, which
// must not load the message modules. The types make the compiler report any difference from the
// generated enums.

/** The type of the object that an event is about. */
export type ObjectType = events.ObjectType;
/** The type of the object that an event is about. */
export const ObjectType = withNames<typeof events.ObjectType>({
  OBJECT_TYPE_UNSPECIFIED: 0,
  Workspace: 1,
  Environment: 2,
  Organization: 3,
  Connection: 4,
  User: 5,
  Role: 6,
  CustomAttributes: 7,
  Directory: 8,
  DirectoryUser: 9,
  DirectoryGroup: 10,
  Session: 11,
  Template: 12,
  Job: 13,
  Domain: 14,
  EmailServer: 15,
  Email: 16,
  AuthRequest: 17,
  SAMLRequest: 18,
  SAMLResponse: 19,
  TokenClaims: 20,
  OIDCReqParams: 21,
  OIDCRespClaims: 22,
  SSOError: 23,
  GenericError: 24,
  RefreshTokens: 25,
  EndSessionRequest: 26,
  LogoutTokenClaims: 27,
  OAuthResponse: 28,
  JSON: 29,
  SKErrors: 30,
  OrgMembership: 31,
  UserProfile: 32,
  IDPInitiatedPayload: 33,
  DeviceDetails: 34,
  Actions: 35,
  InterceptorEvent: 36,
  Permission: 37,
  OrgMembershipEvent: 38,
  UserLoginEvent: 39,
  UserLogoutEvent: 40,
  ConnectedAccount: 41,
});

/** The source of an event. */
export type Source = events.Source;
/** The source of an event. */
export const Source = withNames<typeof events.Source>({
  SOURCE_UNSPECIFIED: 0,
  SCALEKIT: 1,
  DIR_SYNC: 2,
});

/** Returns an object like a TypeScript enum, with the mappings in both directions. */
function withNames<Enum extends object>(members: {
  readonly [Name in keyof Enum & string]: Enum[Name];
}): Enum {
  const names = Object.entries(members).map(([name, value]) => [value, name]);
  return Object.fromEntries([...names, ...Object.entries(members)]) as Enum;
}
