package com.scalekit.client

import com.scalekit.client.internal.Calls
import com.scalekit.client.internal.Operation
import com.scalekit.client.internal.Operations
import com.scalekit.client.support.*
import com.scalekit.client.types.Message
import java.io.File
import java.net.URLDecoder
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** All operations of the conformance plan: the exact request and the full response. */
class ConformanceTest {
    private val plan =
        json(File(ROOT, "tests/conformance/operations.json").readText()).obj()["operations"].list()

    @Test
    fun `every operation sends the exact request and returns the full response`() = runBlocking {
        Emulator().use { emulator ->
            emulator.client().use { client ->
                val operations = Operations.all().associateBy { it.name }
                assertEquals(plan.map { it.obj()["operation"] }.toSet(), operations.keys)
                var cases = 0
                for (entry in plan) {
                    val operation = operations.getValue(entry.obj()["operation"] as String)
                    for (case in entry.obj()["cases"].list()) {
                        check(emulator, client.callsForTests(), operation, case.obj())
                        cases++
                    }
                }
                assertEquals(150, plan.size)
                println("conformance: ${plan.size} operations, $cases cases")
                assertEquals(emptyList<Any>(), emulator.requests("unmatched=true"))
            }
        }
    }

    private suspend fun <Q : Message, S : Message> check(
        emulator: Emulator,
        calls: Calls,
        operation: Operation<Q, S>,
        case: Map<String, Any?>,
    ) {
        val name = operation.name
        emulator.fault(name, mapOf("times" to 1, "json" to case["response"]))
        val request = operation.request.decode(text(case["request"]).toByteArray())
        val response = calls.call(operation, request, CallOptions.DEFAULT)
        val expected = operation.response.decode(text(case["response"]).toByteArray())
        assertEquals(expected, response, name)
        assertEquals(normalized(case["response"]), normalized(json(response.toJson())), name)

        val http = case["http"].obj()
        val logged = emulator.requests("operation=$name").last()
        assertEquals(http["method"], logged["method"], name)
        assertEquals(http["path"], logged["path"], name)
        val query = http["query"].list().map { it.list()[0] to it.list()[1] }
        assertEquals(query.sortedBy { it.toString() }, parameters(logged["query"] as String?), name)
        val body = (logged["body"] as String?)?.takeIf { it.isNotEmpty() }?.let(::json)
        assertEquals(normalized(http["body"]), normalized(body), name)
    }

    private fun parameters(query: String?): List<Pair<Any?, Any?>> =
        query
            .orEmpty()
            .split('&')
            .filter { it.isNotEmpty() }
            .map { it.split('=').let { (name, value) -> decode(name) to decode(value) } }
            .sortedBy { it.toString() }

    private fun decode(text: String): String = URLDecoder.decode(text, Charsets.UTF_8)

    /** JSON has one type of numbers. */
    private fun normalized(value: Any?): Any? =
        when (value) {
            is Map<*, *> -> value.mapValues { normalized(it.value) }
            is List<*> -> value.map(::normalized)
            is Long -> value.toDouble()
            else -> value
        }
}
