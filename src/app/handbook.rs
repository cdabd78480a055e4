//! Where the handbook is: the packages put it beside the program.

use std::path::{Path, PathBuf};

/// Its first page, where a package or an unpacked archive has put it.
#[must_use]
pub(crate) fn first_page() -> Option<PathBuf> {
    below(std::env::current_exe().ok()?.parent()?)
}

/// Its first page, for a program in this folder: `bin` beside `share`.
fn below(folder: &Path) -> Option<PathBuf> {
    let page = folder.parent()?.join("share/doc/modemscope/handbook/index.html");
    page.is_file().then_some(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_where_the_packages_put_it() {
        let root = tempfile::tempdir().unwrap();
        let bin = root.path().join("bin");
        assert_eq!(below(&bin), None);
        let book = root.path().join("share/doc/modemscope/handbook");
        std::fs::create_dir_all(&book).unwrap();
        std::fs::write(book.join("index.html"), "").unwrap();
        assert_eq!(below(&bin), Some(book.join("index.html")));
    }
}
