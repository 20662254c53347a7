import { auth } from "../lib/auth";
import "./style.css";

export const metadata = { title: "Acme" };

export default async function RootLayout({ children }) {
  const user = await auth.currentUser();
  return (
    <html lang="en">
      <body>
        <main>
          {children}
          {user ? (
            <>
              <p className="muted">{`Signed in as ${user.sub} of ${user.oid}`}</p>
              <nav>
                <a href="/">Start</a> <a href="/orders">Orders</a>{" "}
                <a href="/admin">Administration</a>
                <form method="post" action="/logout">
                  <button>Sign out</button>
                </form>
              </nav>
            </>
          ) : (
            <>
              <p className="muted">Signed out</p>
              <nav>
                <a className="button" href="/login">
                  Sign in
                </a>{" "}
                <a href="/orders">Orders</a>
              </nav>
            </>
          )}
        </main>
      </body>
    </html>
  );
}
