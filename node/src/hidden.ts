/**
 * Gives an object a property that does not show when it is listed, copied or written as JSON. Unlike a private field it
 * is there for methods that are called through a `Proxy` of the object.
 */
export function hide<Key extends symbol, Value>(object: { readonly [key in Key]: Value }, key: Key, value: Value): void {
  Object.defineProperty(object, key, { value, writable: true, configurable: true });
}
