package readme.login

import com.scalekit.client.Pkce
import com.scalekit.client.ScalekitClient
import java.util.UUID

private const val CALLBACK = "http://localhost:3000/auth/callback"

class Login(private val client: ScalekitClient) {
    /** Returns the URL to redirect the browser to. */
    fun start(session: MutableMap<String, String>): String {
        val pair = Pkce.generate()
        session["state"] = UUID.randomUUID().toString()
        session["verifier"] = pair.verifier
        return client.login.authorizationUrl(CALLBACK) {
            state = session["state"]
            pkce = pair
        }
    }

    /** Handles the request to the callback URL and returns the email address of the user. */
    suspend fun callback(
        session: MutableMap<String, String>,
        code: String,
        state: String,
    ): String? {
        check(state == session.remove("state")) { "the login was not started in this browser" }
        val result = client.login.authenticateWithCode(code, CALLBACK, session.remove("verifier"))
        session["access_token"] = result.accessToken
        result.idToken?.let { session["id_token"] = it }
        return result.user.email
    }

    /** Returns the URL to redirect the browser to. */
    fun logout(session: MutableMap<String, String>): String =
        client.login.logoutUrl {
            idTokenHint = session.remove("id_token")
            postLogoutRedirectUri = "http://localhost:3000/"
        }
}
