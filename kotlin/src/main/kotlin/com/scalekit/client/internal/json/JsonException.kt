package com.scalekit.client.internal.json

/** JSON that cannot be decoded. The message contains no values. */
internal class JsonException(message: String) : RuntimeException(message)
