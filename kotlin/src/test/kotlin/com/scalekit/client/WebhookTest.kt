package com.scalekit.client

import com.scalekit.client.events.ObjectType
import java.time.Instant
import java.util.Base64
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

private val KEY = "a key of thirty-two bytes, or so".toByteArray()
private val SECRET = "whsec_" + Base64.getEncoder().encodeToString(KEY)

/** Webhooks that are verified and parsed. [AttackTest] covers the verification. */
class WebhookTest {
    private val webhooks = ScalekitClient("https://acme.scalekit.com", "skc_1", "secret").webhooks

    private fun signed(body: ByteArray, time: Instant = Instant.now()): Map<String, String> {
        val mac = Mac.getInstance("HmacSHA256").apply { init(SecretKeySpec(KEY, algorithm)) }
        mac.update("msg_1.${time.epochSecond}.".toByteArray())
        return mapOf(
            "Webhook-Id" to "msg_1",
            "Webhook-Timestamp" to time.epochSecond.toString(),
            "Webhook-Signature" to "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body)),
        )
    }

    private fun parse(body: String) = webhooks.parse(SECRET, signed(body.toByteArray()), body)

    @Test
    fun `a valid webhook becomes an event`() {
        val event =
            parse(
                """{"spec_version":"1","id":"evt_1","type":"organization.created",
                "object":"Organization","occurred_at":"2026-01-01T00:00:00.123456Z",
                "environment_id":"env_1","organization_id":"org_1",
                "data":{"id":"org_1","display_name":"Zoë & Co","size":[1,0.5,null,true]},
                "display_name":"Organization created"}"""
            )
        assertEquals("evt_1", event.id)
        assertEquals("organization.created", event.type)
        assertEquals(ObjectType.ORGANIZATION, event.`object`)
        assertEquals(Instant.parse("2026-01-01T00:00:00.123456Z"), event.occurredAt)
        assertEquals("org_1", event.organizationId)
        assertEquals("Zoë & Co", event.data!!["display_name"])
        assertEquals(listOf(1L, 0.5, null, true), event.data!!["size"])
    }

    @Test
    fun `unknown types and kinds of objects are kept`() {
        val event = parse("""{"type":"moon.landed","object":"Moon","data":{"a":{}},"new":[1]}""")
        assertEquals("moon.landed", event.type)
        assertEquals("Moon", event.`object`.name)
        assertFalse(event.`object`.isKnown)
        assertEquals(mapOf("a" to emptyMap<String, Any?>()), event.data)
    }

    @Test
    fun `of repeated names the last one counts`() {
        assertEquals("b", parse("""{"type":"a","type":"b"}""").type)
    }

    @Test
    fun `an invalid webhook is not parsed`() {
        val body = """{"type":"user.created"}""".toByteArray()
        val headers = signed(body)
        val changed = body + ' '.code.toByte()
        val error =
            assertThrows(ScalekitWebhookVerificationException::class.java) {
                webhooks.parse(SECRET, headers, changed)
            }
        assertEquals("Invalid signature", error.message)
    }

    @Test
    fun `the time of the check can be set`() {
        val time = Instant.ofEpochSecond(1_700_000_000)
        val body = """{"type":"user.created"}""".toByteArray()
        assertEquals("user.created", webhooks.parse(SECRET, signed(body, time), body, time).type)
        assertThrows(ScalekitWebhookVerificationException::class.java) {
            webhooks.parse(SECRET, signed(body, time), body)
        }
    }

    @Test
    fun `a signed payload that is not an event is an error without its content`() {
        val bodies =
            listOf(
                "",
                "s3cret",
                "null",
                "5",
                "[]",
                "{}",
                """{"type":5}""",
                """{"type":""}""",
                """{"type":"t","occurred_at":"s3cret"}""",
                """{"type":"t","data":"s3cret"}""",
                """{"type":"t"} s3cret""",
                "\ufeff{\"type\":\"t\"}",
                "{\"type\":\"t\",\"data\":" + "[".repeat(100_000),
            )
        val latin1 = "{\"type\":\"\u00e9\"}".toByteArray(Charsets.ISO_8859_1)
        for (body in bodies.map(String::toByteArray) + latin1) {
            val error =
                assertThrows(ScalekitArgumentException::class.java) {
                    webhooks.parse(SECRET, signed(body), body)
                }
            assertEquals("the payload has a valid signature but is not an event", error.message)
            assertTrue("s3cret" !in error.stackTraceToString())
        }
    }
}
