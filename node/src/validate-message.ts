import type { DescField, DescMessage } from "@bufbuild/protobuf";

import * as checks from "./checks";

type Fields = Record<string, unknown>;

/** Numbers of the runtime's `ScalarType`, which is not loaded with this. */
const BOOL = 8;
const STRING = 9;

/**
 * Refuses what a field cannot take but the runtime would make something of: a list or an object for a text, a text for a
 * list, which is then its letters, a text for a message, which is then an empty one.
 */
export function checkKinds(schema: DescMessage, init: Fields, path = ""): void {
  for (const member of schema.members) {
    const given = init[member.localName];
    if (given === undefined || given === null) {
      continue;
    }
    if (member.kind === "oneof") {
      const { case: name, value } = given as { case?: string; value?: unknown };
      const field = member.fields.find(({ localName }) => localName === name);
      if (field) {
        checkValue(field, value, path + field.localName);
      }
      continue;
    }
    const name = path + member.localName;
    if (member.fieldKind === "list") {
      if (!Array.isArray(given)) {
        checks.refuse(name, "an array", given);
      }
      given.forEach((item, index) => checkValue(member, item, `${name}[${index}]`));
    } else if (member.fieldKind === "map") {
      if (typeof given !== "object" || Array.isArray(given)) {
        checks.refuse(name, "an object", given);
      }
      Object.entries(given).forEach(([key, item]) => checkValue(member, item, `${name}.${key}`));
    } else {
      checkValue(member, given, name);
    }
  }
}

/** A single value: of a field, of a list or of a map. */
function checkValue(field: DescField, value: unknown, name: string): void {
  const message = field.message;
  if (message === undefined) {
    if (field.scalar === STRING && typeof value !== "string") {
      checks.refuse(name, "a string", value);
    }
    if (field.scalar === BOOL && typeof value !== "boolean") {
      checks.refuse(name, "true or false", value);
    }
  } else if (message.file.proto.package !== "google.protobuf") {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      checks.refuse(name, "an object", value);
    }
    checkKinds(message, value as Fields, `${name}.`);
  } else if (message.typeName === "google.protobuf.StringValue" && typeof value !== "object") {
    if (typeof value !== "string") {
      checks.refuse(name, "a string", value);
    }
  } else if (message.typeName === "google.protobuf.Timestamp" || message.typeName === "google.protobuf.Duration") {
    if (typeof value !== "object" || value === null || !("seconds" in value)) {
      checks.refuse(name, `a ${message.name}`, value);
    }
  }
}
