package com.scalekit.client

import com.scalekit.client.internal.json.JsonReader
import java.time.Instant

/** The claims of a verified token. They are parsed when they are first used. */
public class Claims internal constructor(private val json: ByteArray, private val start: Int) {
    private val claims: Map<String, Any?> by
        lazy(LazyThreadSafetyMode.PUBLICATION) {
            @Suppress("UNCHECKED_CAST")
            JsonReader(json, start).readAny() as Map<String, Any?>
        }

    /** `sub`: the user or machine client. */
    public val subject: String?
        get() = text("sub")

    /** `iss`: the issuer. */
    public val issuer: String?
        get() = text("iss")

    /** `aud`: the audiences. */
    public val audience: List<String>
        get() = texts("aud")

    /** `client_id`: the client that the token was issued to. */
    public val clientId: String?
        get() = text("client_id")

    /** `oid`: the organization. */
    public val organizationId: String?
        get() = text("oid")

    /** `sid`: the session. */
    public val sessionId: String?
        get() = text("sid")

    /** `exp`: the expiry. */
    public val expiresAt: Instant?
        get() =
            (claims["exp"] as? Number)?.let {
                Instant.ofEpochMilli((it.toDouble() * 1000).toLong())
            }

    /** `roles`: the user's roles in the organization. */
    public val roles: List<String>
        get() = texts("roles")

    /** `permissions`: the user's permissions in the organization. */
    public val permissions: List<String>
        get() = texts("permissions")

    /** The scopes of `scopes` and `scope`. */
    public val scopes: List<String>
        get() {
            val scopes = (claims["scopes"] as? String)?.let(::words) ?: texts("scopes")
            return scopes + words(text("scope").orEmpty())
        }

    /** Returns a claim: a map, list, text, number, boolean or `null`. */
    public operator fun get(name: String): Any? = claims[name]

    /** Returns all claims. */
    public fun toMap(): Map<String, Any?> = claims

    /** Returns the claims as the issuer's JSON text. */
    public fun toJson(): String = String(json, start, json.size - start, Charsets.UTF_8)

    private fun text(name: String): String? = claims[name] as? String

    /** An array of strings or one string; empty for any other value. */
    private fun texts(name: String): List<String> =
        when (val value = claims[name]) {
            is String -> listOf(value)
            is List<*> ->
                value.filterIsInstance<String>().takeIf { it.size == value.size }.orEmpty()
            else -> emptyList()
        }

    private fun words(text: String): List<String> = text.split(' ').filter(String::isNotEmpty)

    override fun equals(other: Any?): Boolean = other is Claims && other.claims == claims

    override fun hashCode(): Int = claims.hashCode()

    override fun toString(): String = "Claims($claims)"
}
