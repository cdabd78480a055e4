//! Names that are devices wherever they stand (Microsoft's "Naming Files, Paths, and Namespaces"). Values, tested on every
//! system.

/// `NUL`, `con`, `C:\logs\COM1`, `nul.txt` and `\\.\anything` are devices.
pub(super) fn is_device(path: &str) -> bool {
    if path.starts_with(r"\\.\") {
        return true;
    }
    let name = path.rsplit(['\\', '/', ':']).next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    match stem.as_str() {
        "NUL" | "CON" | "PRN" | "AUX" | "CONIN$" | "CONOUT$" => true,
        _ => ["COM", "LPT"]
            .iter()
            .any(|kind| stem.strip_prefix(kind).is_some_and(|number| matches!(number.as_bytes(), [b'1'..=b'9']))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_known_wherever_they_stand() {
        for device in ["NUL", "nul", r"C:\x\NUL", "C:/x/con", "nul.txt", "aux ", "COM1", "lpt9.log", r"\\.\COM12"] {
            assert!(is_device(device), "{device}");
        }
        for file in ["", "null", "com.txt", "COM0", "COM12", "console.log", r"C:\nul\a.txt", "a.nul", "./out"] {
            assert!(!is_device(file), "{file}");
        }
    }
}
