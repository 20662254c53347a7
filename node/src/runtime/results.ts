// Conversions of responses and errors, for the generated methods that return more than a field.

import {
  ScalekitNotFoundException,
  ScalekitServerException,
  ScalekitValidateTokenFailureException,
} from "../errors";
import type {
  Directory,
  ListDirectoriesResponse,
} from "../messages/scalekit/v1/directories/directories_pb";

/** Returns the first directory of an organization. */
export function primaryDirectory({ directories }: ListDirectoriesResponse): Directory {
  const [first] = directories;
  if (first === undefined) {
    throw new ScalekitNotFoundException("directory does not exist for organization", {
      operation: "DirectoryService.ListDirectories",
      httpStatus: 404,
      grpcStatus: 5,
    });
  }
  return first;
}

// The token is invalid: INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED and UNAUTHENTICATED.
const TOKEN_FAILURES = new Set([3, 5, 7, 16]);

/** Throws a validation failure if the service rejected a token. Rethrows all other errors. */
export function tokenFailure(error: unknown): never {
  if (error instanceof ScalekitServerException && TOKEN_FAILURES.has(error.grpcStatus)) {
    const { operation, requestId } = error;
    throw new ScalekitValidateTokenFailureException(error, { operation, requestId });
  }
  throw error;
}
