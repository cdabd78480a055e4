//! What of an opened file is not shown as it stands there: nothing of it is passed over without a word.

use std::path::Path;

use super::Storage;

impl Storage {
    /// That, in sentences without their full stops. None while the file is still being read in.
    #[must_use]
    pub(crate) fn left_out(&self) -> Vec<String> {
        let name = self.path.as_deref().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        let are = |count: u64| if count == 1 { "is" } else { "are" };
        let mut told = Vec::new();
        if self.torn > 0 {
            let (bytes, are) =
                (if self.torn == 1 { "byte".to_owned() } else { format!("{} bytes", self.torn) }, are(self.torn));
            told.push(format!(
                "the last {bytes} of {name} {are} no whole record and {are} passed over; the file stays as it is"
            ));
        }
        if self.unshown > 0 {
            told.push(format!(
                "of {name} {} {} not shown: not of a serial port (link type 250), or of a kind that is unknown here. \
                 Wireshark shows them",
                counted(self.unshown, "packet"),
                are(self.unshown)
            ));
        }
        if self.set_back > 0 {
            told.push(format!(
                "in {name} the time goes back at {}: a clock was set, or files were put together. The order is that of the file; \
                 such a record is shown at the time of the one before it",
                counted(self.set_back, "record")
            ));
        }
        told
    }
}

fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
