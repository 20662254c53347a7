//! Options of the linker.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // On x86-64 Linux, Rust links with lld. It keeps one copy of functions and tables with the same
    // content: the cryptography library has 97 KB of tables twice. Only for builds that are
    // optimized for size, because it takes time, and not with another linker, such as zig's, which
    // rejects the option.
    let is = |name, value| std::env::var(name).is_ok_and(|actual| actual == value);
    let has_lld = std::env::var_os("RUSTC_LINKER").is_none();
    if is("TARGET", "x86_64-unknown-linux-gnu") && is("OPT_LEVEL", "z") && has_lld {
        println!("cargo::rustc-cdylib-link-arg=-Wl,--icf=all,--ignore-data-address-equality");
    }
}
