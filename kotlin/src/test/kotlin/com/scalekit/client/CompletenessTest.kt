package com.scalekit.client

import com.scalekit.client.generated.SampleCalls
import com.scalekit.client.internal.EXCEPTIONS
import com.scalekit.client.internal.Operations
import com.scalekit.client.internal.ffi.about
import com.scalekit.client.organizations.CreateOrganization
import com.scalekit.client.support.Emulator
import com.scalekit.client.support.ROOT
import java.io.File
import java.lang.reflect.Modifier
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class CompletenessTest {
    private val emulator = Emulator()
    private val client = emulator.client()

    /** The methods of codegen/resource-api.txt with their operations. */
    private val listed: List<Pair<String, String>> =
        File(ROOT, "codegen/resource-api.txt")
            .readLines()
            .filter { !it.startsWith("#") && it.isNotEmpty() }
            .chunked(2) { (method, operation) ->
                camel(method.substringBefore('(')) to operation.trim()
            }

    @Test
    fun `schema, native library, operations and methods are the same`() {
        val operations = Operations.all().map { it.name }
        assertEquals(about().operations.toSet(), operations.toSet())
        assertEquals(150, operations.size)
        assertEquals(listed, SampleCalls.all().map { it.method to it.operation })
        assertEquals(operations.toSet(), SampleCalls.all().map { it.operation }.toSet())
    }

    @Test
    fun `each style has these methods and no others`() {
        val expected =
            listed
                .map { (method, _) -> method.split('.') }
                .groupBy({ it[0] }, { it[1] })
                .mapValues { it.value.toSet() }
        for ((style, folder) in
            listOf(
                Services::class.java to "services",
                BlockingServices::class.java to "blocking",
                AsyncServices::class.java to "async",
            )) {
            val accessors = publicMethods(style).map { it.removePrefix("get") }
            val found =
                accessors.associate { accessor ->
                    val name = accessor.replaceFirstChar(Char::uppercase)
                    val type = Class.forName("com.scalekit.client.$folder.$name")
                    accessor.replaceFirstChar(Char::lowercase) to publicMethods(type)
                }
            assertEquals(expected, found, folder)
        }
    }

    private fun publicMethods(type: Class<*>): Set<String> =
        type.declaredMethods
            .filter { Modifier.isPublic(it.modifiers) && !it.isSynthetic }
            .map { it.name }
            .toSet()

    @Test
    fun `every method calls its operation`() = runBlocking {
        client.use {
            for (sample in SampleCalls.all()) {
                if ("ByExternalId" in sample.method) createOrganization()
                val before = count(sample.operation)
                // Most sample ids do not exist, and these calls fail with an error of the service.
                val error = runCatching { sample.call(client) }.exceptionOrNull()
                assertTrue(
                    error == null || error is ScalekitServerException,
                    "${sample.method}: $error",
                )
                assertTrue(count(sample.operation) > before, "${sample.method}: $error")
            }
        }
    }

    /** The client looks the organization up by its external id, and then calls the operation. */
    private suspend fun createOrganization() {
        try {
            client.organizations.create(CreateOrganization("Acme", externalId = "customer-7"))
        } catch (_: ScalekitConflictException) {
            // It exists.
        }
    }

    private fun count(operation: String): Int = emulator.requests("operation=$operation").size

    @Test
    fun `the exceptions are those of the native library`() {
        val bases = setOf("ScalekitServerException")
        val expected = about().exceptions.toSet() - bases
        assertEquals(expected, EXCEPTIONS.keys)
    }

    private fun camel(name: String): String =
        name
            .split('_')
            .mapIndexed { index, word ->
                if (index == 0) word else word.replaceFirstChar(Char::uppercase)
            }
            .joinToString("")
}
