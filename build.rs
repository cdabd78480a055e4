//! Windows: the icon, the version and the manifest of the program. Elsewhere there is nothing to do.

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=assets/windows");
    println!("cargo:rerun-if-changed=assets/icons/modemscope.ico");
    if std::env::var_os("CARGO_CFG_WINDOWS").is_none() {
        return Ok(());
    }
    winresource::WindowsResource::new()
        .set_icon("assets/icons/modemscope.ico")
        .set_manifest_file("assets/windows/modemscope.manifest")
        .set("ProductName", "modemscope")
        .set("FileDescription", "modemscope: a serial terminal for working a modem by hand")
        .set("LegalCopyright", "The modemscope developers, MIT OR Apache-2.0")
        .compile()
}
