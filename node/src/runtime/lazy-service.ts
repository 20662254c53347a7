import { ServiceClient, type Transport } from "./call";

type ServiceClass<Client> = (new (transport: Transport) => Client) & {
  readonly prototype: Client;
};

class UnloadedService extends ServiceClient {}

/**
 * Creates a service client whose module is loaded on first use.
 *
 * A getter on `ScalekitClient` would be simpler. But tests replace services with tools such as
 * `jest.replaceProperty`, which reject getters, so services must be plain properties.
 */
export function lazyService<Client extends ServiceClient>(
  transport: Transport,
  load: () => ServiceClass<Client>,
): Client {
  return lazyInstance<Client>(new UnloadedService(transport), load);
}

/**
 * Returns `object` as an instance of a class whose module is loaded on first use. Until then, its
 * prototype is a proxy that loads the module.
 *
 * @param object An object with the own properties of an instance.
 * @param load Returns the class.
 */
export function lazyInstance<Instance extends object>(
  object: object,
  load: () => { readonly prototype: Instance },
): Instance {
  const loadPrototype = (): object => {
    const { prototype } = load();
    Object.setPrototypeOf(object, prototype);
    return prototype;
  };
  const placeholder = new Proxy(
    {},
    {
      get: (_, name, receiver) => Reflect.get(loadPrototype(), name, receiver) as unknown,
      set: (_, name, value, receiver) => Reflect.set(loadPrototype(), name, value, receiver),
      has: (_, name) => Reflect.has(loadPrototype(), name),
      ownKeys: () => Reflect.ownKeys(loadPrototype()),
      getOwnPropertyDescriptor: (_, name) =>
        Reflect.getOwnPropertyDescriptor(loadPrototype(), name),
      getPrototypeOf: loadPrototype,
    },
  );
  return Object.setPrototypeOf(object, placeholder) as Instance;
}
