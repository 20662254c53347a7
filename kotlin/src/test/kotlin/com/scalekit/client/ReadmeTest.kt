package com.scalekit.client

import com.scalekit.client.support.Emulator
import com.scalekit.client.support.GMAIL_ACCOUNT
import com.scalekit.client.support.ROOT
import com.scalekit.client.support.runProgram
import java.io.File
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** The programs of README.md are source files of the tests. They are compared and run. */
class ReadmeTest {
    private val readme = File(ROOT, "kotlin/README.md").readText()
    private val sources = File(ROOT, "kotlin/src/test")

    @Test
    fun `the snippets are the programs of the tests`() {
        val snippets =
            Regex("```(kotlin|java)\n(.*?)```", RegexOption.DOT_MATCHES_ALL)
                .findAll(readme)
                .map { it.groupValues[2] }
                .toSet()
        val files =
            File(sources, "kotlin/readme").listFiles()!! +
                File(sources, "java/readme").listFiles()!!
        val programs = files.map { it.readText().substringAfter("\n\n") }.toSet()
        assertEquals(programs, snippets)
    }

    @Test
    fun `the programs run`() {
        Emulator().use { emulator ->
            emulator.admin("POST", "seed", GMAIL_ACCOUNT)
            val outputs =
                mapOf(
                    "readme.firstcall.FirstCallKt" to "created org_",
                    "readme.tokencheck.TokenCheckKt" to "rejected: ",
                    "readme.webhook.WebhookKt" to "rejected: Missing required headers\n400",
                    "readme.errors.ErrorsKt" to "RESOURCE_NOT_FOUND, request ",
                    "readme.paging.PagingKt" to "2 of 4",
                    "readme.request.RequestKt" to "method=POST",
                    "readme.JavaExample" to "RESOURCE_NOT_FOUND",
                )
            for ((program, expected) in outputs) {
                val output = runProgram(emulator, program)
                assertTrue(expected in output, "$program: $output")
            }
        }
    }
}
