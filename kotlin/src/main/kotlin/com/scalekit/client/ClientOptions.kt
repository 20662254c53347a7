package com.scalekit.client

import com.scalekit.client.internal.ffi.ClientOptions as NativeOptions
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

    internal fun native(envUrl: String?, clientId: String?, clientSecret: String?): NativeOptions =
        NativeOptions(
            envUrl = envUrl,
            clientId = clientId,
            clientSecret = clientSecret,
            language = "kotlin",
            languageVersion = System.getProperty("java.version").orEmpty(),
            callTimeoutMs = callTimeout.millis(),
            toolTimeoutMs = toolTimeout.millis(),
            connectTimeoutMs = connectTimeout.millis(),
            keepaliveIntervalMs = keepaliveInterval.millis(),
            keepaliveTimeoutMs = keepaliveTimeout.millis(),
            maxRetries = maxRetries?.let { count("maxRetries", it) },
            caCertificates = caCertificates,
            proxy = proxy,
            tokenLeewayMs = tokenLeeway.millis(),
            tokenCacheSize = tokenCacheSize?.let { count("tokenCacheSize", it) },
            webhookToleranceMs = webhookTolerance.millis(),
            issuer = issuer,
            audience = audience,
            userAgentSuffix = userAgentSuffix,
            allowInsecureHttp = allowInsecureHttp,
        )

    private fun count(option: String, value: Int): UInt {
        if (value < 0) throw ScalekitArgumentException("$option must not be negative, got $value")
        return value.toUInt()
    }
}

private fun Duration?.millis(): Double? = this?.toDouble(DurationUnit.MILLISECONDS)
