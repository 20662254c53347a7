import { auth } from "./auth";

const MENU = { "/orders": "Orders", "/admin": "Administration" };

/** A page with a menu. It looks the same in all example applications. */
export async function Page({ title, text }) {
  const user = await auth.currentUser();
  return (
    <>
      <header>
        <div>
          {/* Not <Link>, which loads pages in advance. */}
          <a className="brand" href="/">
            Acme
          </a>
          <nav>
            {Object.entries(MENU).map(([path, name]) => (
              <a key={path} href={path} aria-current={name === title ? "page" : undefined}>
                {name}
              </a>
            ))}
          </nav>
          {user && (
            <form method="post" action="/logout">
              <button>Sign out</button>
            </form>
          )}
        </div>
      </header>
      <main>
        <h1>{title}</h1>
        <p>{text}</p>
        {user ? (
          <Account user={user} />
        ) : (
          <a className="button" href="/login">
            Sign in
          </a>
        )}
      </main>
    </>
  );
}

function Account({ user: { sub, oid, roles = [] } }) {
  return (
    <>
      <dl>
        <dt>User</dt>
        <dd>{sub}</dd>
        <dt>Organization</dt>
        <dd>{oid}</dd>
        <dt>Roles</dt>
        <dd>{roles.join(", ") || "none"}</dd>
      </dl>
      <a href="/login?prompt=select_account">Switch account</a>
    </>
  );
}
