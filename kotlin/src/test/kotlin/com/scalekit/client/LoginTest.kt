package com.scalekit.client

import com.scalekit.client.organizations.CreateOrganization
import com.scalekit.client.support.Emulator
import com.scalekit.client.support.get
import com.scalekit.client.users.CreateMembership
import com.scalekit.client.users.CreateUser
import java.net.URI
import java.net.URLDecoder
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.*
import org.junit.jupiter.api.Test

private const val CALLBACK = "http://localhost:9999/callback"

class LoginTest {
    private val client = emulator.client()

    private fun parameters(url: String): Map<String, String> =
        URI(url).rawQuery.split('&').associate {
            val (name, value) = it.split('=', limit = 2)
            name to URLDecoder.decode(value, Charsets.UTF_8)
        }

    /** Follows the redirects of the emulator, which approves every login, to the callback. */
    private fun callback(url: String): String {
        var next = url
        repeat(10) {
            val response = get(next)
            val location =
                response.headers().firstValue("location").orElseThrow {
                    AssertionError(response.body())
                }
            next = URI(next).resolve(location).toString()
            if (next.startsWith(CALLBACK)) return next
        }
        throw AssertionError("the login does not end: $next")
    }

    @Test
    fun `a user logs in with PKCE, refreshes and logs out`() = runBlocking {
        val pair = Pkce.generate()
        assertEquals(pair.challenge, Pkce.fromVerifier(pair.verifier).challenge)
        assertFalse(pair.toString().contains(pair.verifier))
        val url =
            client.login.authorizationUrl(CALLBACK) {
                scopes = listOf("openid", "profile", "email", "offline_access")
                state = "s/1"
                pkce = pair
            }
        val query = parameters(callback(url))
        assertEquals("s/1", query["state"])

        val login =
            client.login.authenticateWithCode(query.getValue("code"), CALLBACK, pair.verifier)
        assertTrue(login.user.id.startsWith("usr_"))
        assertNotNull(login.user.email)
        assertFalse(login.toString().contains(login.accessToken))
        val claims = client.tokenValidator.validate(login.accessToken)
        assertEquals(login.user.id, claims.subject)
        assertEquals(client.envUrl, claims.issuer)
        assertTrue(claims.expiresAt!!.isAfter(java.time.Instant.now()))

        val refreshed = client.login.refreshAccessToken(login.refreshToken!!)
        assertTrue(client.tokenValidator.isValid(refreshed.accessToken))
        val logout = client.login.logoutUrl { idTokenHint = login.idToken }
        assertTrue(logout.startsWith("${client.envUrl}/oidc/logout?id_token_hint="))
    }

    @Test
    fun `a code can be used once`() = runBlocking {
        val code = parameters(callback(client.login.authorizationUrl(CALLBACK))).getValue("code")
        client.login.authenticateWithCode(code, CALLBACK)
        val error =
            runCatching { client.login.authenticateWithCode(code, CALLBACK) }.exceptionOrNull()
        assertEquals("invalid_grant", (error as ScalekitServerException).errorCode)
    }

    @Test
    fun `a machine client gets a token with checked scopes`() = runBlocking {
        val token = client.login.generateClientToken(emulator.clientId, emulator.clientSecret)
        assertTrue(client.tokenValidator.isValid(token.accessToken))
        val error =
            runCatching { client.tokenValidator.verifyScopes(token.accessToken, listOf("x:y")) }
                .exceptionOrNull()
        assertTrue((error as ScalekitTokenValidationException).message!!.contains("x:y"))
        val later = TokenValidation(asOf = java.time.Instant.parse("2100-01-01T00:00:00Z"))
        val expired =
            runCatching { client.tokenValidator.validate(token.accessToken, later) }
                .exceptionOrNull()
        assertEquals("expired", (expired as ScalekitTokenValidationException).reason)
        assertEquals("", client.tokenValidator.idpInitiatedLogin(token.accessToken).connectionId)
        client.tokenValidator.refreshKeys()
    }

    companion object {
        private val emulator = Emulator()

        init {
            runBlocking {
                emulator.client().use { client ->
                    val acme = client.organizations.create(CreateOrganization("Acme"))
                    val ada = CreateUser("ada@acme.example", membership = CreateMembership())
                    client.users.create(acme.id, ada, sendInvitationEmail = false)
                }
            }
        }

        @AfterAll @JvmStatic fun stop() = emulator.close()
    }
}
