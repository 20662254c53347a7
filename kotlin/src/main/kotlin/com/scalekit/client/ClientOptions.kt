package com.scalekit.client

import com.scalekit.client.internal.json.JsonWriter
import kotlin.time.Duration
import kotlin.time.DurationUnit

/**
 * Options of a [ScalekitClient]. A property that is `null` has the default of the client. Java
 * programs use [ScalekitClient.Builder].
 */
public class ClientOptions {
    /** Time limit of a call, including retries and waits. Default: 20 s. */
    public var callTimeout: Duration? = null

    /** Time limit of an executed tool. Default: 60 s. */
    public var toolTimeout: Duration? = null

    /** Time limit of one connection attempt, including TLS. Default: 10 s. */
    public var connectTimeout: Duration? = null

    /** Interval of keepalive probes; zero disables them. Default: 60 s. */
    public var keepaliveInterval: Duration? = null

    /** Time limit of a keepalive probe. Default: 10 s. */
    public var keepaliveTimeout: Duration? = null

    /** Maximum number of retries after the first attempt, where retries are safe. Default: 3. */
    public var maxRetries: Int? = null

    /**
     * Certificates to trust in addition to the system's: PEM text, or the path of a PEM file. The
     * environment variables `SSL_CERT_FILE` and `SSL_CERT_DIR` add certificates too.
     */
    public var caCertificates: String? = null

    /** URL of a proxy. Default: the environment variables `HTTPS_PROXY` and `NO_PROXY`. */
    public var proxy: String? = null

    /** Allowed clock difference in token validation. Default: 5 s. */
    public var tokenLeeway: Duration? = null

    /** Size of the signature cache in tokens; 0 disables the cache. Default: 1024. */
    public var tokenCacheSize: Int? = null

    /**
     * Allowed difference between a webhook's timestamp and the current time. Default: 5 minutes.
     */
    public var webhookTolerance: Duration? = null

    /** Default issuer of token validation. Default: not checked. */
    public var issuer: String? = null

    /** Default audiences of token validation. Default: not checked. */
    public var audience: List<String>? = null

    /** Suffix of the `user-agent` header, such as `acme-portal/2.1`. */
    public var userAgentSuffix: String? = null

    /**
     * Whether `http` is allowed for hosts other than loopback. Tokens and secrets are then sent in
     * the clear. Default: `false`.
     */
    public var allowInsecureHttp: Boolean = false

    /** Returns the options as JSON, with the names of the native library. */
    internal fun encoded(envUrl: String?, clientId: String?, clientSecret: String?): ByteArray =
        JsonWriter().apply { any(options(envUrl, clientId, clientSecret)) }.result()

    private fun options(envUrl: String?, clientId: String?, clientSecret: String?) =
        HashMap<String, Any?>().apply {
            this["env_url"] = envUrl
            this["client_id"] = clientId
            this["client_secret"] = clientSecret
            this["language"] = "kotlin"
            this["language_version"] = System.getProperty("java.version").orEmpty()
            this["call_timeout_ms"] = callTimeout.millis()
            this["tool_timeout_ms"] = toolTimeout.millis()
            this["connect_timeout_ms"] = connectTimeout.millis()
            this["keepalive_interval_ms"] = keepaliveInterval.millis()
            this["keepalive_timeout_ms"] = keepaliveTimeout.millis()
            this["max_retries"] = count("maxRetries", maxRetries)
            this["ca_certificates"] = caCertificates
            this["proxy"] = proxy
            this["token_leeway_ms"] = tokenLeeway.millis()
            this["token_cache_size"] = count("tokenCacheSize", tokenCacheSize)
            this["webhook_tolerance_ms"] = webhookTolerance.millis()
            this["issuer"] = issuer
            this["audience"] = audience
            this["user_agent_suffix"] = userAgentSuffix
            this["allow_insecure_http"] = allowInsecureHttp
        }

    private fun count(option: String, value: Int?): Int? {
        if (value != null && value < 0) {
            throw ScalekitArgumentException("$option must not be negative, got $value")
        }
        return value
    }
}

/** JSON has no infinite numbers. The native library rejects the largest number as well. */
private fun Duration?.millis(): Double? =
    this?.toDouble(DurationUnit.MILLISECONDS)?.coerceIn(-Double.MAX_VALUE, Double.MAX_VALUE)
