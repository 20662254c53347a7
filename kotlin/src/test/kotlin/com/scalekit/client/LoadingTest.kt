package com.scalekit.client

import com.scalekit.client.support.Emulator
import com.scalekit.client.support.runProgram
import com.sun.jna.Platform
import java.io.File
import java.nio.file.Path
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** Makes one call. */
object FirstCall {
    @JvmStatic
    fun main(arguments: Array<String>) {
        ScalekitClient.fromEnv().use { client ->
            println("roles: ${client.blocking().roles().list()}")
        }
    }
}

/** Uses functions of JNI and of JNA. */
object FirstLogin {
    @JvmStatic
    fun main(arguments: Array<String>) {
        ScalekitClient.fromEnv().use { client ->
            println("roles: ${client.blocking().roles().list()}")
            println(client.login.authorizationUrl("https://app.example.com/callback"))
        }
    }
}

/** The classes that a program loads, and its temporary files. */
class LoadingTest {
    @Test
    fun `a first blocking call loads only what it needs`() {
        Emulator().use { emulator ->
            val output = runProgram(emulator, FirstCall::class.java.name, "-Xlog:class+load")
            assertTrue("com.scalekit.client.internal.JniClient" in output)
            assertTrue("roles: [" in output)
            val others = listOf("com.sun.jna.", "kotlinx.coroutines.", "SecureRandom", "\$\$Lambda")
            for (other in others) {
                val loaded = output.lines().filter { other in it && "shared objects" !in it }
                assertEquals(emptyList<String>(), loaded)
            }
            println("loading: ${output.lines().count { "source:" in it }} classes")
        }
    }

    @Test
    fun `the files of the native library are deleted`(@TempDir folder: Path) {
        Emulator().use { emulator ->
            for (program in listOf(FirstCall::class.java.name, FirstLogin::class.java.name)) {
                val output = runProgram(emulator, program, "-Djava.io.tmpdir=$folder")
                assertTrue("roles: [" in output)
            }
            assertEquals(emptyList<File>(), folder.toFile().listFiles()!!.toList())
        }
    }

    @Test
    fun `a program can name the native library`() {
        val library = System.mapLibraryName("scalekit_uniffi")
        val resource = javaClass.getResource("/${Platform.RESOURCE_PREFIX}/$library")
        val path = File(checkNotNull(resource).toURI())
        Emulator().use { emulator ->
            val option = "-Dscalekit.library.path=$path"
            val output = runProgram(emulator, FirstLogin::class.java.name, option)
            assertTrue("${emulator.url}/oauth/authorize?" in output)
        }
    }
}
