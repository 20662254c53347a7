/// A secret in printed output. It shows only whether the secret is set.
struct Redacted: CustomStringConvertible, CustomReflectable {
    let isSet: Bool

    var description: String { isSet ? "[redacted]" : "[unset]" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

func redacted(_ secret: some Field) -> Any {
    Redacted(isSet: !secret.isUnset)
}
