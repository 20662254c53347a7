package com.scalekit.client

import com.scalekit.client.async.AsyncClient
import com.scalekit.client.blocking.BlockingClient
import com.scalekit.client.internal.Calls
import com.scalekit.client.internal.JniClient
import com.scalekit.client.internal.badResponse
import com.scalekit.client.internal.converted
import com.scalekit.client.internal.json.JsonException
import com.scalekit.client.internal.json.JsonReader
import com.scalekit.client.internal.json.JsonWriter
import java.time.Duration
import kotlin.time.toKotlinDuration

/**
 * A client of one Scalekit environment.
 *
 * Create one client per program. It is thread-safe, and it shares connections, access token and
 * signing keys between calls. Creating a client opens no connection.
 *
 * ```
 * val client = ScalekitClient("https://acme.scalekit.com", "skc_123", secret) {
 *     callTimeout = 5.seconds
 * }
 * val organization = client.organizations.get("org_123")
 * ```
 *
 * Java programs create a client with [builder] and use [blocking] or [async].
 */
public class ScalekitClient private constructor(calls: Calls) : Services(calls), AutoCloseable {
    private val calls: Calls = calls

    /** Login: URLs, code exchange, refresh, and tokens of machine clients. */
    public val login: Login = Login(calls)

    /** Validation of tokens. */
    public val tokenValidator: TokenValidator = TokenValidator(calls.client)

    /** Verification of webhooks and interceptor requests. */
    public val webhooks: Webhooks = Webhooks(calls.client)

    /**
     * Creates a client.
     *
     * @param envUrl The environment URL, such as `https://acme.scalekit.com`.
     * @param clientId The client id (`skc_…`).
     * @param clientSecret The client secret. `null` for a public client, which logs users in with
     *   PKCE and validates tokens, but cannot call operations.
     * @param configure Sets further options.
     * @throws ScalekitArgumentException if an option is invalid.
     */
    public constructor(
        envUrl: String,
        clientId: String,
        clientSecret: String?,
        configure: ClientOptions.() -> Unit = {},
    ) : this(connect(ClientOptions().apply(configure).encoded(envUrl, clientId, clientSecret)))

    /** The environment URL without a trailing slash. */
    public val envUrl: String
        get() = converted { calls.native.envUrl() }

    /** The client id. */
    public val clientId: String
        get() = converted { calls.native.clientId() }

    /** The value of the `user-agent` header. */
    public val userAgent: String
        get() = converted { calls.native.userAgent() }

    /** Returns the client with functions that block the current thread, which may be virtual. */
    public fun blocking(): BlockingClient = BlockingClient(this, calls)

    /** Returns the client with functions that return a `CompletableFuture`. */
    public fun async(): AsyncClient = AsyncClient(this, calls)

    /**
     * Calls an operation by name, such as `OrganizationService.GetOrganization`.
     *
     * @param request The request as a JSON object. Names may be in snake case or camel case.
     * @return The response as a JSON object, with names in snake case.
     */
    public suspend fun call(
        operation: String,
        request: Map<String, Any?> = emptyMap(),
        callOptions: CallOptions = CallOptions.DEFAULT,
    ): Map<String, Any?> {
        val writer = JsonWriter()
        writer.any(request)
        val response = calls.send(operation, writer.result(), callOptions)
        return try {
            @Suppress("UNCHECKED_CAST")
            JsonReader(response, 1).readAny() as Map<String, Any?>
        } catch (error: JsonException) {
            throw badResponse(operation, "the response cannot be decoded: ${error.message}")
        }
    }

    /**
     * Sends a request to the API of a third-party service. Scalekit adds the credentials of the
     * connected account.
     *
     * ```
     * val response = client.request("gmail", "ada", "/gmail/v1/users/me/messages") {
     *     query("q", "is:unread")
     * }
     * ```
     *
     * Redirects are not followed. A request with a body is sent again only if it did not reach the
     * service.
     *
     * @param connectionName The name of the connection.
     * @param identifier Your identifier of the owner of the account.
     * @param path The path of the API, which may contain a query, but not the segments `.` and
     *   `..`.
     * @param callOptions The time limit includes the body. Default: `toolTimeout` of the client.
     * @return The response, with any status.
     * @throws ScalekitArgumentException if an argument is invalid.
     * @throws ScalekitServerException if the service does not respond, or the body exceeds 64 MiB.
     */
    @JvmSynthetic
    public suspend fun request(
        connectionName: String,
        identifier: String,
        path: String,
        callOptions: CallOptions = CallOptions.DEFAULT,
        configure: RequestOptions.() -> Unit = {},
    ): ProxyResponse {
        val options = RequestOptions().apply(configure)
        return calls.request(connectionName, identifier, path, options, callOptions)
    }

    /**
     * Closes all connections. Active calls continue; later calls fail with
     * [ScalekitCancelledException]. Functions without network access continue to work. Closing a
     * closed client has no effect.
     */
    override fun close(): Unit = calls.client.close()

    @JvmSynthetic internal fun callsForTests(): Calls = calls

    /** Returns the environment URL and the client id. */
    override fun toString(): String = "ScalekitClient(envUrl=$envUrl, clientId=$clientId)"

    /** Builder for Java. [build] validates the options. */
    public class Builder
    internal constructor(
        private val envUrl: String?,
        private val clientId: String?,
        private val clientSecret: String?,
    ) {
        private val options = ClientOptions()

        /** Time limit of a call, including retries and waits. Default: 20 s. */
        public fun callTimeout(value: Duration): Builder = apply {
            options.callTimeout = value.toKotlinDuration()
        }

        /** Time limit of an executed tool. Default: 60 s. */
        public fun toolTimeout(value: Duration): Builder = apply {
            options.toolTimeout = value.toKotlinDuration()
        }

        /** Time limit of one connection attempt, including TLS. Default: 10 s. */
        public fun connectTimeout(value: Duration): Builder = apply {
            options.connectTimeout = value.toKotlinDuration()
        }

        /** Interval and time limit of keepalive probes. A zero interval disables them. */
        public fun keepalive(interval: Duration, timeout: Duration): Builder = apply {
            options.keepaliveInterval = interval.toKotlinDuration()
            options.keepaliveTimeout = timeout.toKotlinDuration()
        }

        /**
         * Maximum number of retries after the first attempt, where retries are safe. Default: 3.
         */
        public fun maxRetries(value: Int): Builder = apply { options.maxRetries = value }

        /**
         * Certificates to trust in addition to the system's: PEM text, or the path of a PEM file.
         */
        public fun caCertificates(value: String): Builder = apply { options.caCertificates = value }

        /** URL of a proxy. Default: the environment variables `HTTPS_PROXY` and `NO_PROXY`. */
        public fun proxy(value: String): Builder = apply { options.proxy = value }

        /** Allowed clock difference in token validation. Default: 5 s. */
        public fun tokenLeeway(value: Duration): Builder = apply {
            options.tokenLeeway = value.toKotlinDuration()
        }

        /** Size of the signature cache in tokens; 0 disables the cache. Default: 1024. */
        public fun tokenCacheSize(value: Int): Builder = apply { options.tokenCacheSize = value }

        /** Allowed difference between a webhook's timestamp and the current time. */
        public fun webhookTolerance(value: Duration): Builder = apply {
            options.webhookTolerance = value.toKotlinDuration()
        }

        /** Default issuer of token validation. Default: not checked. */
        public fun issuer(value: String): Builder = apply { options.issuer = value }

        /** Default audiences of token validation. Default: not checked. */
        public fun audience(vararg values: String): Builder = apply {
            options.audience = values.asList()
        }

        /** Suffix of the `user-agent` header, such as `acme-portal/2.1`. */
        public fun userAgentSuffix(value: String): Builder = apply {
            options.userAgentSuffix = value
        }

        /** Allows `http` for hosts other than loopback. */
        public fun allowInsecureHttp(): Builder = apply { options.allowInsecureHttp = true }

        /**
         * Creates the client.
         *
         * @throws ScalekitArgumentException if an option is invalid.
         */
        public fun build(): ScalekitClient =
            ScalekitClient(connect(options.encoded(envUrl, clientId, clientSecret)))
    }

    public companion object {
        /** Returns a builder for a client with the credentials of a machine client. */
        @JvmStatic
        public fun builder(envUrl: String, clientId: String, clientSecret: String): Builder =
            Builder(envUrl, clientId, clientSecret)

        /**
         * Returns a builder for a public client, which has no secret: it logs users in with PKCE
         * and validates tokens, but cannot call operations.
         */
        @JvmStatic
        public fun publicBuilder(envUrl: String, clientId: String): Builder =
            Builder(envUrl, clientId, null)

        /**
         * Creates a client from the environment variables `SCALEKIT_ENVIRONMENT_URL` (or
         * `SCALEKIT_ENV_URL`), `SCALEKIT_CLIENT_ID` and `SCALEKIT_CLIENT_SECRET`.
         *
         * @throws ScalekitArgumentException with the name of a missing or empty variable.
         */
        @JvmSynthetic
        public fun fromEnv(configure: ClientOptions.() -> Unit = {}): ScalekitClient =
            ScalekitClient(connect(ClientOptions().apply(configure).encoded(null, null, null)))

        /** Creates a client from the environment variables, like the Kotlin function. */
        @JvmStatic
        public fun fromEnv(): ScalekitClient =
            ScalekitClient(connect(ClientOptions().encoded(null, null, null)))

        private fun connect(options: ByteArray): Calls = Calls(JniClient(options))
    }
}
