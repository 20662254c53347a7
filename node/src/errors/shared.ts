/** Property of each exception prototype with the class name. All copies of the package share it. */
const CLASS = Symbol.for("scalekit-client.exception");

type Class = { readonly prototype: object };

/**
 * Makes `instanceof` accept instances that another copy of this package created. Several copies
 * exist after `jest.resetModules()` and in programs with several bundles.
 *
 * @param Base Base class of the exception classes.
 * @param exported Exports by name. Exports that do not derive from `Base` are ignored.
 */
export function shareInstances(Base: Class, exported: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(exported)) {
    const prototype = typeof value === "function" && (value.prototype as object | undefined);
    if (prototype && (prototype === Base.prototype || Base.prototype.isPrototypeOf(prototype))) {
      Object.defineProperty(prototype, CLASS, { value: name });
    }
  }
  const ordinary = Function.prototype[Symbol.hasInstance];
  Object.defineProperty(Base, Symbol.hasInstance, {
    value(this: Class, value: unknown): boolean {
      return ordinary.call(this, value) || hasName(value, ownName(this.prototype));
    },
  });
}

/** Returns `true` if a prototype of `value` is an exception class with this name. */
function hasName(value: unknown, name: string | undefined): boolean {
  if (name === undefined || typeof value !== "object" || value === null) {
    return false;
  }
  let prototype: object | null = Object.getPrototypeOf(value) as object | null;
  while (prototype !== null && ownName(prototype) !== name) {
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return prototype !== null;
}

/** Returns the name of an exception class. Subclasses in other packages have none. */
function ownName(prototype: object): string | undefined {
  return Object.hasOwn(prototype, CLASS) ? (prototype as { [CLASS]: string })[CLASS] : undefined;
}
