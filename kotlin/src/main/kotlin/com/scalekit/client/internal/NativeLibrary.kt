package com.scalekit.client.internal

import java.io.File
import java.io.FileOutputStream
import java.nio.file.FileAlreadyExistsException
import java.nio.file.Files
import java.nio.file.Paths
import java.nio.file.attribute.FileAttribute
import java.nio.file.attribute.PosixFilePermissions

/** Loads the native library once. uniffi opens it again through JNA when it is first used. */
internal object NativeLibrary {
    private const val NAME = "scalekit_uniffi"

    /**
     * A system property with the path of the library, for systems that forbid temporary libraries.
     */
    private const val PATH_PROPERTY = "scalekit.library.path"

    private val SYSTEM = System.getProperty("os.name")
    private val IS_LINUX = SYSTEM == "Linux"
    private val IS_WINDOWS = File.separatorChar == '\\'

    /** The path for JNA. `null` on Android, which finds the library by its name. */
    val path: String?

    init {
        val property = System.getProperty(PATH_PROPERTY)
        path =
            when {
                System.getProperty("java.vm.name") == "Dalvik" -> {
                    System.loadLibrary(NAME)
                    null
                }
                property != null -> load(File(property))
                else -> loadFromJar()
            }
    }

    /** Initializes this object. */
    fun ensureLoaded() {}

    private fun loadFromJar(): String {
        val file = System.mapLibraryName(NAME)
        val resource = "${platform()}/$file"
        val stream =
            NativeLibrary::class.java.classLoader.getResourceAsStream(resource)
                ?: throw UnsatisfiedLinkError(
                    "scalekit-client has no native library for this platform: " +
                        "$resource is not on the class path"
                )
        val folder = createFolder()
        val path = File(folder, file)
        try {
            stream.use { input -> FileOutputStream(path).use { input.transferTo(it) } }
            return load(path)
        } finally {
            delete(path, folder)
        }
    }

    /** Returns the path by which the linker knows the library. */
    private fun load(file: File): String = file.canonicalPath.also { System.load(it) }

    /** Returns the name of the platform, as JNA names it. */
    private fun platform(): String {
        val system =
            when {
                IS_LINUX -> "linux"
                SYSTEM == "Mac OS X" -> "darwin"
                IS_WINDOWS -> "win32"
                else -> SYSTEM.lowercase()
            }
        val architecture =
            when (val name = System.getProperty("os.arch")) {
                "amd64",
                "x86_64" -> "x86-64"
                "arm64" -> "aarch64"
                else -> name
            }
        return "$system-$architecture"
    }

    /**
     * Creates a folder that only this user can access. `Files.createTempDirectory` would load the
     * random generators of the JDK, which makes a first call slower. The name can be predictable,
     * because an existing folder is not used.
     */
    private fun createFolder(): File {
        val parent = Paths.get(System.getProperty("java.io.tmpdir"))
        val owner = PosixFilePermissions.fromString("rwx------")
        val attributes: Array<FileAttribute<*>> =
            if (IS_WINDOWS) emptyArray() else arrayOf(PosixFilePermissions.asFileAttribute(owner))
        while (true) {
            val name = "scalekit-${System.nanoTime()}"
            try {
                return Files.createDirectory(parent.resolve(name), *attributes).toFile()
            } catch (_: FileAlreadyExistsException) {}
        }
    }

    /**
     * On Linux, deletes the files: the linker returns a loaded library by its path without a file.
     * On other systems, the files are deleted when the JVM ends.
     */
    private fun delete(path: File, folder: File) {
        if (IS_LINUX && path.delete() && folder.delete()) return
        // The JVM deletes files in reverse order.
        folder.deleteOnExit()
        path.deleteOnExit()
    }
}
