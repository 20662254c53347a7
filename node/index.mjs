// The build is CommonJS, so that `import` and `require` share their classes. Its default import is
// not used: it is `module.exports` in Node, but its property `default` in Bun and Turbopack.
import * as scalekit from "./lib/index.js";
import { ScalekitClient } from "./lib/index.js";

// Code relies on this: the default import of a CommonJS package has all exports as properties.
for (const [name, value] of Object.entries({ ...scalekit, default: ScalekitClient })) {
  // Node adds these two names to the exports of CommonJS.
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
