//! Configures the linker: Node provides its symbols when it loads the addon.

fn main() {
    napi_build::setup();
}
