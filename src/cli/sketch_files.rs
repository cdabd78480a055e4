//! The files of a sketch, as the Arduino IDE joins them: the named one, the other tabs and the headers beside it.

use std::fs;
use std::path::Path;

use super::exit::Exit;
use super::output::read_bytes;
use crate::sketch::{LARGEST_SKETCH, Source, Tab};

/// What is read from a sketch's folder.
const KINDS: [&str; 7] = ["ino", "pde", "h", "hpp", "cpp", "c", "inl"];
/// Files of one sketch.
const MOST: usize = 64;

/// Reads a sketch file with its tabs; a folder stands for the `.ino` of its name, `-` for standard input.
pub(super) fn read(path: &Path) -> Result<Source, Exit> {
    if path == Path::new("-") {
        return Ok(Source::from_bytes(&read_bytes(path, LARGEST_SKETCH)?));
    }
    let main = if path.is_dir() { main_of(path).map_err(Exit::trouble)? } else { path.to_path_buf() };
    let mut tabs = vec![tab(&main)?];
    let is_sketch_folder = main.parent().and_then(Path::file_name) == main.file_stem();
    let beside = main.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    for path in beside.into_iter().flat_map(fs::read_dir).flatten().flatten().map(|entry| entry.path()).take(4096) {
        let kind = path.extension().and_then(|kind| kind.to_str()).unwrap_or_default().to_ascii_lowercase();
        // Other sketches beside a loose file are not its tabs; headers are asked for by name.
        let belongs = is_sketch_folder || matches!(kind.as_str(), "h" | "hpp" | "inl");
        let inside = is_inside(&path);
        let small = fs::metadata(&path).is_ok_and(|data| data.is_file() && data.len() <= LARGEST_SKETCH as u64);
        if belongs && inside && small && KINDS.contains(&kind.as_str()) && path != main && tabs.len() < MOST {
            tabs.push(tab(&path)?);
        }
    }
    Ok(Source::from_tabs(tabs))
}

/// A link that leads out of the sketch's folder is not followed: whoever made the sketch shall not choose what is read here.
fn is_inside(path: &Path) -> bool {
    let folder = path.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    let folder = folder.and_then(|folder| folder.canonicalize().ok());
    folder.zip(path.canonicalize().ok()).is_some_and(|(folder, path)| path.starts_with(folder))
}

fn main_of(folder: &Path) -> Result<std::path::PathBuf, String> {
    let name = folder.canonicalize().ok().and_then(|folder| folder.file_name().map(std::ffi::OsStr::to_owned));
    let main = name.map(|name| folder.join(name).with_extension("ino")).filter(|main| main.is_file());
    main.ok_or_else(|| format!("{} holds no sketch of its own name; give the .ino file", folder.display()))
}

fn tab(path: &Path) -> Result<Tab, Exit> {
    let bytes = read_bytes(path, LARGEST_SKETCH)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Tab { name, bytes })
}
