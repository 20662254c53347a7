package com.scalekit.client.support

import com.scalekit.client.ClientOptions
import com.scalekit.client.ScalekitClient
import com.scalekit.client.internal.json.JsonReader
import com.scalekit.client.internal.json.JsonWriter
import java.io.File
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse
import java.net.http.HttpResponse.BodyHandlers
import org.junit.jupiter.api.Assertions.assertEquals

/** The root of the repository. */
val ROOT: File = File(System.getProperty("repository.root", "..")).canonicalFile

/** Does not follow redirects, so that tests see them. */
val HTTP: HttpClient = HttpClient.newHttpClient()

fun get(url: String, vararg headers: String): HttpResponse<String> {
    val request = HttpRequest.newBuilder(URI(url))
    if (headers.isNotEmpty()) request.headers(*headers)
    return HTTP.send(request.build(), BodyHandlers.ofString())
}

fun json(text: String): Any? = JsonReader(text.toByteArray()).readAny()

fun text(value: Any?): String = JsonWriter().apply { any(value) }.result().decodeToString()

@Suppress("UNCHECKED_CAST") fun Any?.obj(): Map<String, Any?> = this as Map<String, Any?>

@Suppress("UNCHECKED_CAST") fun Any?.list(): List<Any?> = this as List<Any?>

/** A program that stops when its input is closed. */
open class Program(command: List<String>, lines: Int) : AutoCloseable {
    private val process: Process =
        ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start()
    protected val output: List<String>

    init {
        val reader = process.inputStream.bufferedReader()
        output =
            List(lines) {
                checkNotNull(reader.readLine()) { "${command[0]} ended before it was ready" }
            }
        Thread { reader.forEachLine {} }.apply { isDaemon = true }.start()
    }

    override fun close() {
        process.outputStream.close()
        process.destroy()
        process.waitFor()
    }
}

/** Runs the main function of a class in a new JVM with the variables of the emulator. */
fun runProgram(emulator: Emulator, program: String, vararg options: String): String {
    val classPath =
        System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path")
    val java = File(System.getProperty("java.home"), "bin/java").path
    val builder =
        ProcessBuilder(java, "-XX:TieredStopAtLevel=1", *options, "-cp", classPath, program)
            .redirectErrorStream(true)
    builder.environment() +=
        mapOf(
            "SCALEKIT_ENVIRONMENT_URL" to emulator.url,
            "SCALEKIT_CLIENT_ID" to emulator.clientId,
            "SCALEKIT_CLIENT_SECRET" to emulator.clientSecret,
        )
    val process = builder.start()
    val output = process.inputStream.bufferedReader().readText()
    assertEquals(0, process.waitFor(), "$program: $output")
    return output
}

/** Seed data with one connected account. */
val GMAIL_ACCOUNT: Map<String, Any> =
    mapOf(
        "connections" to
            listOf(
                mapOf(
                    "id" to "conn_1",
                    "key_id" to "gmail",
                    "provider_key" to "GMAIL",
                    "type" to "OAUTH",
                )
            ),
        "accounts" to
            listOf(
                mapOf(
                    "identifier" to "ada",
                    "connector" to "gmail",
                    "provider" to "GMAIL",
                    "connection_id" to "conn_1",
                )
            ),
    )

/** An emulator on a free port. */
class Emulator(vararg arguments: String) :
    Program(
        listOf(
            binary("SCALEKIT_EMULATOR_BIN", "scalekit-emulator"),
            "--port",
            "0",
            "--stop-with-stdin",
            "--auto-approve",
        ) + arguments,
        lines = 3,
    ) {
    private val variables =
        output.associate { line ->
            val (name, value) = line.removePrefix("export ").split("=", limit = 2)
            name to value
        }
    val url: String = variables.getValue("SCALEKIT_ENVIRONMENT_URL")
    val clientId: String = variables.getValue("SCALEKIT_CLIENT_ID")
    val clientSecret: String = variables.getValue("SCALEKIT_CLIENT_SECRET")

    fun client(configure: ClientOptions.() -> Unit = {}): ScalekitClient =
        ScalekitClient(url, clientId, clientSecret, configure)

    fun admin(method: String, path: String, body: Any? = null): Any? {
        val publisher =
            if (body == null) BodyPublishers.noBody() else BodyPublishers.ofString(text(body))
        val request =
            HttpRequest.newBuilder(URI("$url/_emulator/$path"))
                .method(method, publisher)
                .header("content-type", "application/json")
        val response = HTTP.send(request.build(), BodyHandlers.ofString())
        check(response.statusCode() < 300) { "$method $path: ${response.body()}" }
        return response.body().takeIf { it.isNotEmpty() }?.let(::json)
    }

    fun fault(operation: String, fault: Map<String, Any?>) {
        admin("POST", "faults", mapOf("operation" to operation) + fault)
    }

    fun requests(filter: String): List<Map<String, Any?>> =
        admin("GET", "requests?$filter").list().map { it.obj() }
}

/** The server of the attack suite. */
class AttackServer :
    Program(listOf(binary("SCALEKIT_ATTACK_SERVER_BIN", "attack-server")), lines = 1) {
    val url: String = output[0]

    fun get(path: String): Map<String, Any?> =
        json(com.scalekit.client.support.get("$url/$path").body()).obj()
}

private fun binary(variable: String, name: String): String =
    System.getenv(variable) ?: File(ROOT, "target/debug/$name").path
