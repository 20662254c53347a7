// The one build is CommonJS; this gives its exports their names, so that `import` and `require` share their classes.
import scalekit from "./lib/index.js";

// Code for a CommonJS package finds all of its exports in the default one.
for (const [name, value] of Object.entries(scalekit)) {
  Object.defineProperty(scalekit.ScalekitClient, name, { value, configurable: true });
}

export default scalekit.ScalekitClient;
export const {
  GrantType,
  ObjectType,
  Scalekit,
  ScalekitArgumentException,
  ScalekitBadRequestException,
  ScalekitCancelledException,
  ScalekitClient,
  ScalekitConflictException,
  ScalekitException,
  ScalekitForbiddenException,
  ScalekitGatewayTimeoutException,
  ScalekitInternalServerException,
  ScalekitNotFoundException,
  ScalekitNotImplementedException,
  ScalekitServerException,
  ScalekitServiceUnavailableException,
  ScalekitToolException,
  ScalekitToolForbiddenException,
  ScalekitToolRateLimitException,
  ScalekitToolUnauthorizedException,
  ScalekitTooManyRequestsException,
  ScalekitUnauthorizedException,
  ScalekitUnknownException,
  ScalekitValidateTokenFailureException,
  Source,
  WebhookVerificationError,
  isToolException,
} = scalekit;
