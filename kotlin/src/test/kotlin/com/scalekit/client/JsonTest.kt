package com.scalekit.client

import com.scalekit.client.connections.ConnectionType
import com.scalekit.client.domains.Domain
import com.scalekit.client.internal.json.*
import com.scalekit.client.organizations.Organization
import com.scalekit.client.organizations.OrganizationsCodecs
import com.scalekit.client.organizations.UpdateOrganizationRequest
import com.scalekit.client.support.json
import com.scalekit.client.support.text
import java.time.Duration
import java.time.Instant
import org.junit.jupiter.api.Assertions.*
import org.junit.jupiter.api.Test

class JsonTest {
    private fun organization(json: String): Organization =
        OrganizationsCodecs.organization.decode(json.toByteArray())

    @Test
    fun `unknown fields, nulls and both spellings of names are accepted`() {
        val json =
            """ { "id" : "org_1", "future": [{"a": "\u005d}"}], "displayName": "A",
            "metadata": null } """
        assertEquals(Organization(id = "org_1", displayName = "A"), organization(json))
        assertEquals("""{"id":"org_1","display_name":"A"}""", organization(json).toJson())
    }

    @Test
    fun `timestamps keep nanoseconds and offsets`() {
        val times =
            mapOf(
                "2026-03-04T05:06:07.089Z" to "2026-03-04T05:06:07.089Z",
                "2026-03-04T05:06:07.123456789+01:30" to "2026-03-04T03:36:07.123456789Z",
                "0001-01-01T00:00:00Z" to "0001-01-01T00:00:00Z",
            )
        for ((text, expected) in times) assertEquals(Instant.parse(expected), Times.parse(text))
        val invalid =
            listOf(
                "",
                "2026-02-30T00:00:00Z",
                "2026-01-01T24:00:00Z",
                "2026-01-01T00:00:00",
                "2026-01-01 00:00:00Z",
            )
        for (text in invalid) assertNull(Times.parse(text), text)
    }

    @Test
    fun `durations keep their sign and nanoseconds`() {
        for (text in listOf("0s", "1.5s", "-0.000000001s", "315576000000s")) {
            assertEquals(text, Times.format(Times.parseDuration(text)!!))
        }
        assertEquals(Duration.ofMillis(-1500), Times.parseDuration("-1.500s"))
        for (text in listOf("", "s", "1", "1.s", ".5s", "1e3s", "--1s")) assertNull(
            Times.parseDuration(text),
            text,
        )
    }

    @Test
    fun `unknown enum values are kept by name and number`() {
        val named = ConnectionType.of("TELEPATHY")
        assertFalse(named.isKnown)
        assertEquals(ConnectionType.of("TELEPATHY"), named)
        assertSame(ConnectionType.OIDC, ConnectionType.of("OIDC"))
        val numbered = ConnectionType.TYPE.read(JsonReader("77".toByteArray()))
        assertEquals("77", numbered.name)
        assertEquals(
            "77",
            JsonWriter().also { ConnectionType.TYPE.write(it, numbered) }.result().decodeToString(),
        )
        assertSame(ConnectionType.OIDC, ConnectionType.TYPE.read(JsonReader("1".toByteArray())))
    }

    @Test
    fun `texts survive in every encoding`() {
        for (text in listOf("", "ascii", "\"\\\u0000\u001f\n", "ü€", "\ud83d\ude00", "a\ud800b")) {
            val written = text(mapOf(text to text))
            assertEquals(mapOf(text to text), json(written), written)
        }
        assertEquals("\ud83d\ude00/", json(""""\ud83d\ude00\/""""))
    }

    @Test
    fun `any value keeps its numbers`() {
        assertEquals(
            listOf(1L, 1.5, -9007199254740993L, 1e300, null, true),
            json("[1,1.5,-9007199254740993,1e300,null,true]"),
        )
    }

    @Test
    fun `invalid JSON is an error without values`() {
        val invalid =
            listOf(
                "",
                "{",
                "{\"id\"",
                "{\"id\":}",
                "{\"id\":\"x\"",
                "{\"id\":5}",
                "[]",
                "{} x",
                "{\"id\":\"\\q\"}",
                "{,}",
                "{\"a\":tru}",
            )
        for (text in invalid) {
            val error = assertThrows(JsonException::class.java, { organization(text) }, text)
            assertFalse(error.message!!.contains("\\q"))
        }
        val deep = "[".repeat(100_000)
        assertThrows(JsonException::class.java) { organization("{\"future\":$deep}") }
    }

    @Test
    fun `numbers are checked`() {
        fun total(json: String) =
            OrganizationsCodecs.listOrganizationsResponse.decode(
                """{"total_size":$json}""".toByteArray()
            )
        for (text in listOf("7", "\"7\"", "7.0", "7e0")) assertEquals(total("7"), total(text))
        for (text in listOf("-1", "4294967296", "1.5", "true")) {
            assertThrows(JsonException::class.java, { total(text) }, text)
        }
    }

    @Test
    fun `field masks are camel case in JSON`() {
        val request = UpdateOrganizationRequest(updateMask = listOf("display_name", "metadata"))
        assertEquals("""{"update_mask":"displayName,metadata"}""", request.toJson())
        assertEquals(
            request,
            OrganizationsCodecs.updateOrganizationRequest.decode(request.toJson().toByteArray()),
        )
    }

    @Test
    fun `secrets are redacted`() {
        val secret = com.scalekit.client.tokens.ValidateTokenRequest(token = "tok_secret")
        assertEquals("ValidateTokenRequest(token=redacted)", secret.toString())
        assertEquals("Domain(id=dom_1)", Domain(id = "dom_1").toString())
    }

    @Test
    fun `messages are values`() {
        val one = Organization(id = "org_1", metadata = mapOf("a" to "b"))
        assertEquals(one, one.copy())
        assertEquals(one.hashCode(), one.copy().hashCode())
        assertNotEquals(one, one.copy(id = "org_2"))
        assertNotEquals(one as Any, Domain(id = "org_1"))
    }
}
