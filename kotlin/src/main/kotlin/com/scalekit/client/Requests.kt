package com.scalekit.client

import com.scalekit.client.internal.badResponse
import com.scalekit.client.internal.ffi.CallResponse
import com.scalekit.client.internal.ffi.HttpHeader
import com.scalekit.client.internal.ffi.Parameter
import com.scalekit.client.internal.ffi.ProxyBody
import com.scalekit.client.internal.json.JsonException
import com.scalekit.client.internal.json.JsonReader
import com.scalekit.client.internal.json.JsonWriter
import java.nio.charset.Charset
import java.nio.charset.StandardCharsets

/**
 * Method, query, headers and body of a request to a third-party service. See
 * [ScalekitClient.request].
 */
public class RequestOptions
@JvmOverloads
constructor(
    /** The HTTP method. */
    public var method: String = "GET"
) {
    internal val query = ArrayList<Parameter>()
    internal val headers = ArrayList<HttpHeader>()
    internal var body: ProxyBody? = null

    /** Adds a parameter to the query. */
    public fun query(name: String, value: String): RequestOptions = apply {
        query.add(Parameter(name, value))
    }

    /**
     * Adds a header, and replaces a header with the same name. `authorization`, `connection_name`,
     * `identifier` and headers of the connection are rejected when the request is sent.
     */
    public fun header(name: String, value: String): RequestOptions = apply {
        headers.add(HttpHeader(name, value))
    }

    /**
     * Sets the body to a JSON value: a map, a list, a text, a number, a boolean or `null`.
     *
     * @throws ScalekitArgumentException if the value is nested too deeply.
     */
    public fun json(value: Any?): RequestOptions = apply {
        val writer = JsonWriter()
        try {
            writer.any(value)
        } catch (error: JsonException) {
            throw ScalekitArgumentException("the body cannot be encoded: ${error.message}")
        }
        body = ProxyBody.Json(writer.result())
    }

    /** Sets the body to a form. */
    public fun form(fields: Map<String, String>): RequestOptions = apply {
        body = ProxyBody.Form(fields.map { (name, value) -> Parameter(name, value) })
    }

    /** Sets the body. Set its content type with [header]. */
    public fun body(content: ByteArray): RequestOptions = apply { body = ProxyBody.Bytes(content) }
}

/** The response of a third-party service, with any status. */
public class ProxyResponse internal constructor(response: CallResponse) {
    /** The HTTP status. */
    public val status: Int = response.status.toInt()

    /** The headers, with names in lower case. */
    public val headers: Map<String, List<String>> =
        response.headers.groupBy({ it.name }, { it.value })

    /** The body. */
    public val bytes: ByteArray = response.body

    /** Whether the status is 2xx. */
    public val isSuccessful: Boolean
        get() = status in 200..299

    /** Returns the first header with this name, in any letter case. */
    public fun header(name: String): String? = headers[name.lowercase()]?.first()

    /** Returns the body as text in the charset of the content type. Default: UTF-8. */
    public fun text(): String {
        val named = CHARSET.find(header("content-type").orEmpty())?.groupValues?.get(1)
        val charset = named?.let { runCatching { Charset.forName(it) }.getOrNull() }
        return String(bytes, charset ?: StandardCharsets.UTF_8)
    }

    /**
     * Returns the body as a JSON value: a map, a list, a `String`, a number, a `Boolean` or `null`.
     *
     * @throws ScalekitServerException if the body is not JSON.
     */
    public fun json(): Any? =
        try {
            JsonReader(bytes).run { readAny().also { end() } }
        } catch (error: JsonException) {
            throw badResponse("proxy", "the response is not JSON: ${error.message}")
        }

    /** Returns the status, without headers and body, which may be secret. */
    override fun toString(): String = "ProxyResponse(status=$status)"

    private companion object {
        private val CHARSET = Regex("charset=\"?([^\\s;\"]+)", RegexOption.IGNORE_CASE)
    }
}
