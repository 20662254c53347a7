import { type Road, ServiceClient } from "./call";

type ServiceClass<Client> = (new (road: Road) => Client) & { readonly prototype: Client };

class Dormant extends ServiceClient {}

/**
 * A service's client whose module is loaded when somebody first looks into it. Until then its prototype is a stand-in.
 *
 * A getter in the client of all services would be simpler, but the services are plain properties today, and what replaces
 * them in tests, such as `jest.replaceProperty`, refuses a getter.
 */
export function dormant<Client extends ServiceClient>(road: Road, load: () => ServiceClass<Client>): Client {
  const client = new Dormant(road);
  const wake = (): object => {
    const { prototype } = load();
    Object.setPrototypeOf(client, prototype);
    return prototype;
  };
  const standIn = new Proxy(
    {},
    {
      get: (_, name, receiver) => Reflect.get(wake(), name, receiver) as unknown,
      set: (_, name, value, receiver) => Reflect.set(wake(), name, value, receiver),
      has: (_, name) => Reflect.has(wake(), name),
      ownKeys: () => Reflect.ownKeys(wake()),
      getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(wake(), name),
      getPrototypeOf: wake,
    },
  );
  return Object.setPrototypeOf(client, standIn) as Client;
}
