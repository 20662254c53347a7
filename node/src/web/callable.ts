/** A class that can also be called without `new`. */
export type Callable<Arguments extends unknown[], Instance> = {
  (...args: Arguments): Instance;
  new (...args: Arguments): Instance;
};

/** Makes a class callable without `new`: Scalekit's documentation shows both forms. */
export function callable<Arguments extends unknown[], Instance>(
  Class: new (...args: Arguments) => Instance,
): Callable<Arguments, Instance> {
  return new Proxy(Class, {
    apply: (_target, _this, args) => new Class(...(args as Arguments)),
  }) as Callable<Arguments, Instance>;
}
