// The build is CommonJS, so that `import` and `require` share their classes. The default import is
// not used, because its value differs: Node returns `module.exports`, Bun and Turbopack return its
// property `default`.
import * as scalekit from "./lib/index.js";
import { ScalekitClient } from "./lib/index.js";

// Programs rely on all exports being properties of the default import, as in a CommonJS package.
for (const [name, value] of Object.entries({ ...scalekit, default: ScalekitClient })) {
  // Node adds these two names to the exports of a CommonJS module.
  if (name !== "__esModule" && name !== "module.exports") {
    Object.defineProperty(ScalekitClient, name, { value, configurable: true });
  }
}

export default ScalekitClient;
export {
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
  ScalekitModifierException,
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
} from "./lib/index.js";
