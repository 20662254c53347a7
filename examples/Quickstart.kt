/**
 * From an empty environment to a signed-in user, step by step.
 *
 * With the emulator (`make quickstart-kotlin`), it runs all steps. With a real environment (set
 * SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID and SCALEKIT_CLIENT_SECRET), it runs only the safe
 * steps: it creates an organization with two users, lists them, builds the login URL, and deletes
 * the organization.
 */
package quickstart

import com.scalekit.client.AuthorizationUrlOptions
import com.scalekit.client.Pkce
import com.scalekit.client.ScalekitClient
import com.scalekit.client.ScalekitConflictException
import com.scalekit.client.ScalekitTokenValidationException
import com.scalekit.client.ScalekitWebhookVerificationException
import com.scalekit.client.connections.ConnectionProvider
import com.scalekit.client.connections.ConnectionType
import com.scalekit.client.connections.CreateConnection
import com.scalekit.client.domains.CreateDomain
import com.scalekit.client.domains.DomainType
import com.scalekit.client.organizations.CreateOrganization
import com.scalekit.client.roles.CreateRole
import com.scalekit.client.users.CreateMembership
import com.scalekit.client.users.CreateUser
import com.scalekit.client.users.CreateUserProfile
import com.sun.net.httpserver.HttpServer
import java.net.InetSocketAddress
import java.net.URI
import java.net.URLDecoder
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.flow.toList

private const val CALLBACK = "http://localhost:3000/auth/callback"

private val browser = HttpClient.newHttpClient()
private val tag = "%08x".format(ProcessHandle.current().pid())

suspend fun main() {
    ScalekitClient.fromEnv().use { client ->
        val host = URI(client.envUrl).host
        val receiver =
            if (host in listOf("127.0.0.1", "localhost", "[::1]")) Receiver(client.envUrl) else null
        println(
            "Scalekit environment: ${client.envUrl}" +
                if (receiver == null) "" else " (the emulator)"
        )

        println("\nAn organization")
        val acme = CreateOrganization("Acme Rockets", externalId = "acme-kt-$tag")
        val organization = client.organizations.create(acme)
        println("  created ${organization.displayName}, ${organization.id}")
        try {
            users(client, organization.id)
            duplicate(client, acme)
            if (receiver == null) {
                println(
                    "  login URL: " +
                        client.login.authorizationUrl(CALLBACK, loginOptions(organization.id))
                )
            } else {
                singleSignOn(client, organization.id)
                signIn(client, organization.id)
                webhook(client, receiver)
            }
        } finally {
            client.organizations.delete(organization.id)
            println("\nCleanup\n  deleted ${organization.id}")
            receiver?.close()
        }
    }
}

/** Creates two users in the organization and lists them with automatic paging. */
private suspend fun users(client: ScalekitClient, organizationId: String) {
    println("\nTwo users")
    for (name in listOf("Ada", "Grace")) {
        val user =
            CreateUser(
                email(name),
                membership = CreateMembership(),
                userProfile = CreateUserProfile(givenName = name),
            )
        val created = client.users.create(organizationId, user, sendInvitationEmail = false)
        println("  created $name, ${created.id}")
    }
    val users = client.users.listInOrganization(organizationId, pageSize = 1).toList()
    println("  listed with one user per page: ${users.joinToString { it.email }}")
}

/** Handles the error for an external id that is already in use. */
private suspend fun duplicate(client: ScalekitClient, acme: CreateOrganization) {
    println("\nThe same organization again")
    try {
        client.organizations.create(acme)
        error("a duplicate external id was accepted")
    } catch (error: ScalekitConflictException) {
        println("  ${error.message}")
        println(
            "  httpStatus=${error.httpStatus}, operation=${error.operation}, " +
                "requestId=${error.requestId}"
        )
    }
}

/** Creates a domain, a connection and a role. Roles affect the whole environment. */
private suspend fun singleSignOn(client: ScalekitClient, organizationId: String) {
    println("\nSingle sign-on")
    val domain = CreateDomain("acme-$tag.example", DomainType.ORGANIZATION_DOMAIN)
    println("  domain ${client.domains.create(organizationId, domain).domain}")
    val okta = CreateConnection(ConnectionProvider.OKTA, ConnectionType.OIDC)
    val connection = client.connections.create(organizationId, okta)
    client.connections.enable(organizationId, connection.id)
    println("  connection ${connection.id}, enabled")
    println(
        "  role ${client.roles.create(CreateRole("pilot_kt_$tag", displayName = "Pilot")).name}"
    )
}

private fun loginOptions(organization: String) =
    AuthorizationUrlOptions().apply {
        organizationId = organization
        loginHint = email("Ada")
        state = "state-$tag"
        scopes = listOf("openid", "profile", "email", "offline_access")
    }

/** Signs in with an authorization code and PKCE (RFC 7636). The emulator approves the login. */
private suspend fun signIn(client: ScalekitClient, organizationId: String) {
    println("\nSign in")
    val pair = Pkce.generate()
    val url =
        client.login.authorizationUrl(CALLBACK, loginOptions(organizationId).apply { pkce = pair })
    println("  the browser opens ${url.take(76)}…")
    val answer = parameters(redirect(url))
    check(answer["state"] == "state-$tag") { "the callback has a different state" }
    println("  the callback receives a code")

    val result = client.login.authenticateWithCode(answer.getValue("code"), CALLBACK, pair.verifier)
    println("  signed in as ${result.user.email}, token valid for ${result.expiresIn} s")
    println("  access token valid: ${client.tokenValidator.isValid(result.accessToken)}")
    try {
        client.tokenValidator.validate(result.accessToken.dropLast(8) + "AAAAAAAA")
        error("a tampered token was accepted")
    } catch (error: ScalekitTokenValidationException) {
        println("  access token with a tampered signature: ${error.message}")
    }
    val refreshed = client.login.refreshAccessToken(checkNotNull(result.refreshToken))
    val claims = client.tokenValidator.validate(refreshed.accessToken)
    println("  refreshed: session ${claims.sessionId} of organization ${claims.organizationId}")
    val logout =
        client.login.logoutUrl {
            idTokenHint = result.idToken
            postLogoutRedirectUri = CALLBACK
        }
    println("  logged out, redirected to ${redirect(logout)}")
}

/** Verifies a webhook that the emulator sent for the new users. */
private fun webhook(client: ScalekitClient, receiver: Receiver) {
    println("\nA webhook")
    val (headers, body) = receiver.waitFor("user.created")
    val event = client.webhooks.parse(receiver.secret, headers, body)
    println("  received ${event.type}, signature verified")
    try {
        client.webhooks.parse(receiver.secret, headers, body + ' '.code.toByte())
        error("a changed body was accepted")
    } catch (error: ScalekitWebhookVerificationException) {
        println("  with a changed body: ${error.message}")
    }
}

/** A webhook endpoint that is registered with the emulator. */
private class Receiver(envUrl: String) : AutoCloseable {
    private val server = HttpServer.create(InetSocketAddress("127.0.0.1", 0), 0)
    private val deliveries = LinkedBlockingQueue<Pair<Map<String, String>, ByteArray>>()
    val secret: String

    init {
        server.createContext("/webhooks") { exchange ->
            val headers = exchange.requestHeaders.mapValues { it.value.first() }
            deliveries.add(headers to exchange.requestBody.readBytes())
            exchange.sendResponseHeaders(204, -1)
            exchange.close()
        }
        server.start()
        val request =
            HttpRequest.newBuilder(URI("$envUrl/_emulator/webhooks"))
                .header("content-type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        """{"url":"http://127.0.0.1:${server.address.port}/webhooks"}"""
                    )
                )
        val response = browser.send(request.build(), BodyHandlers.ofString()).body()
        secret = checkNotNull(Regex("\"secret\":\\s*\"([^\"]+)\"").find(response)).groupValues[1]
    }

    /** Returns the next delivery of an event type. Fails after ten seconds. */
    fun waitFor(type: String): Pair<Map<String, String>, ByteArray> {
        while (true) {
            val delivery =
                checkNotNull(deliveries.poll(10, TimeUnit.SECONDS)) { "no $type webhook arrived" }
            if ("\"$type\"" in delivery.second.decodeToString()) return delivery
        }
    }

    override fun close() = server.stop(0)
}

private fun redirect(url: String): String {
    val response = browser.send(HttpRequest.newBuilder(URI(url)).build(), BodyHandlers.ofString())
    return response.headers().firstValue("location").orElseThrow {
        IllegalStateException("expected a redirect, got status ${response.statusCode()}")
    }
}

private fun parameters(url: String): Map<String, String> =
    URI(url).rawQuery.split('&').associate {
        val (name, value) = it.split('=', limit = 2)
        name to URLDecoder.decode(value, Charsets.UTF_8)
    }

private fun email(name: String): String = "${name.lowercase()}-kt-$tag@acme.example"
