package com.scalekit.client.internal

import com.scalekit.client.internal.ffi.uniffiEnsureInitialized
import com.sun.jna.NativeLibrary as JnaLibrary
import com.sun.jna.Platform
import java.io.File
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardCopyOption

/** Loads the native library once, for JNI and for JNA. */
internal object NativeLibrary {
    private const val NAME = "scalekit_uniffi"

    /**
     * A system property with the path of the library, for systems that forbid temporary libraries.
     */
    private const val PATH_PROPERTY = "scalekit.library.path"

    init {
        val path = System.getProperty(PATH_PROPERTY)
        when {
            Platform.isAndroid() -> {
                System.loadLibrary(NAME)
                uniffiEnsureInitialized()
            }
            path != null -> load(File(path))
            else -> loadFromJar()
        }
    }

    /** Initializes this object. */
    fun ensureLoaded() {}

    private fun loadFromJar() {
        val file = System.mapLibraryName(NAME)
        val resource = "${Platform.RESOURCE_PREFIX}/$file"
        val stream =
            NativeLibrary::class.java.classLoader.getResourceAsStream(resource)
                ?: throw UnsatisfiedLinkError(
                    "scalekit-client has no native library for this platform: " +
                        "$resource is not on the class path"
                )
        val folder = Files.createTempDirectory("scalekit")
        val path = folder.resolve(file)
        try {
            stream.use { Files.copy(it, path, StandardCopyOption.REPLACE_EXISTING) }
            load(path.toFile())
        } finally {
            delete(path, folder)
        }
    }

    private fun load(file: File) {
        System.load(file.absolutePath)
        JnaLibrary.addSearchPath(NAME, file.absoluteFile.parent)
        // JNA opens the library.
        uniffiEnsureInitialized()
    }

    /** Windows cannot delete a loaded library, so the files are deleted when the JVM ends. */
    private fun delete(vararg paths: Path) {
        for (path in paths) {
            if (!path.toFile().delete()) path.toFile().deleteOnExit()
        }
    }
}
