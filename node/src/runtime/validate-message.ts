import type { DescField, DescMessage } from "@bufbuild/protobuf";

import * as validate from "./validate";

type Fields = Record<string, unknown>;

// Values of `ScalarType`. The protobuf runtime is not imported here: it is loaded on first use.
const BOOL = 8;
const STRING = 9;

/**
 * Throws if a field has a value of the wrong type that the protobuf runtime would coerce. For
 * example, the runtime accepts a string for a list and splits it into letters.
 *
 * @param path prefix of the field names in error messages
 */
export function validateMessage(schema: DescMessage, init: Fields, path = ""): void {
  for (const member of schema.members) {
    const value = init[member.localName];
    if (value === undefined || value === null) {
      continue;
    }
    if (member.kind === "oneof") {
      const { case: name, value: inner } = value as { case?: string; value?: unknown };
      const field = member.fields.find(({ localName }) => localName === name);
      if (field) {
        validateValue(field, inner, path + field.localName);
      }
      continue;
    }
    const name = path + member.localName;
    if (member.fieldKind === "list") {
      if (!Array.isArray(value)) {
        validate.wrongType(name, "an array", value);
      }
      value.forEach((item, index) => validateValue(member, item, `${name}[${index}]`));
    } else if (member.fieldKind === "map") {
      if (typeof value !== "object" || Array.isArray(value)) {
        validate.wrongType(name, "an object", value);
      }
      Object.entries(value).forEach(([key, item]) => validateValue(member, item, `${name}.${key}`));
    } else {
      validateValue(member, value, name);
    }
  }
}

/** Validates one value: of a field, a list item or a map entry. */
function validateValue(field: DescField, value: unknown, name: string): void {
  const message = field.message;
  if (message === undefined) {
    if (field.scalar === STRING && typeof value !== "string") {
      validate.wrongType(name, "a string", value);
    }
    if (field.scalar === BOOL && typeof value !== "boolean") {
      validate.wrongType(name, "true or false", value);
    }
  } else if (message.file.proto.package !== "google.protobuf") {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      validate.wrongType(name, "an object", value);
    }
    validateMessage(message, value as Fields, `${name}.`);
  } else if (message.typeName === "google.protobuf.StringValue" && typeof value !== "object") {
    if (typeof value !== "string") {
      validate.wrongType(name, "a string", value);
    }
  } else if (
    message.typeName === "google.protobuf.Timestamp" ||
    message.typeName === "google.protobuf.Duration"
  ) {
    if (typeof value !== "object" || value === null || !("seconds" in value)) {
      validate.wrongType(name, `a ${message.name}`, value);
    }
  }
}
