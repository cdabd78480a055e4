//! A page for a browser: no script, nothing loaded from anywhere, light and dark.

use std::io::Write;

use super::{ExportError, Options, clock, for_each_row, harmless, seconds, word};
use crate::capture::progress::Progress;
use crate::capture::{Content, Reader, Stamps};
use crate::notation;

const HEAD: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>modemscope capture</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root { color-scheme: light dark }
body { font: 13px/1.5 monospace; margin: 1em }
table { border-collapse: collapse }
td { padding: 0 .8em 0 0; vertical-align: top; white-space: pre-wrap; overflow-wrap: anywhere }
td:first-child { text-align: right; opacity: .6; white-space: pre }
.tx { color: light-dark(#0550ae, #79c0ff) }
.event { font-style: italic; opacity: .8 }
</style></head><body>
"#;

/// Writes the page.
pub(crate) fn html(
    reader: &Reader,
    options: &Options,
    out: &mut dyn Write,
    progress: &Progress,
) -> Result<(), ExportError> {
    out.write_all(HEAD.as_bytes())?;
    match reader.stamps() {
        Stamps::Taken => {
            let begun = clock(reader, std::time::Duration::ZERO);
            writeln!(out, "<p>Capture begun {begun}. Times in seconds since then.</p>")?;
        }
        Stamps::Between => {
            writeln!(out, "<p>A log whose day is not known. Times in seconds since its first.</p>")?;
        }
        Stamps::Missing => writeln!(out, "<p>A log without times.</p>")?,
    }
    if let Some(remark) = &options.remark {
        writeln!(out, "<p>{}</p>", escape(&harmless(remark)))?;
    }
    writeln!(out, "<table>")?;
    for_each_row(reader, options, progress, |row| {
        let (class, text) = match &row.content {
            Content::Data { direction, bytes, .. } => (word(*direction), notation::print(bytes)),
            Content::Event(event) => ("event", harmless(event)),
        };
        writeln!(out, "<tr class={class}><td>{}<td>{class}<td>{}", seconds(reader, row.at), escape(&text))?;
        Ok(())
    })?;
    Ok(writeln!(out, "</table></body></html>")?)
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
