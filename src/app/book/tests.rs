//! The book on disk: never half, never lost.

use super::*;

const OLD: &str = "version = 1\n# mine\n[[macro]]\nname = \"old\"\n";
const NEW: &str = "version = 1\n# mine\n[[macro]]\nname = \"new\"\n[[macro]]\nname = \"second\"\n";

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn the_default_is_written_once_and_never_again() {
    let folder = folder();
    let path = folder.path().join("config/modemscope/macros.toml");
    let first = BookFile::open_or_create(&path).unwrap();
    assert_eq!((first.text(), first.book().unwrap().macros.len()), (DEFAULT, 11));
    fs::write(&path, OLD).unwrap();
    assert_eq!(BookFile::open_or_create(&path).unwrap().text(), OLD);
    fs::write(&path, "").unwrap();
    assert!(BookFile::open_or_create(&path).unwrap().book().is_err(), "an empty file is the user's too");
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing else is left there");
}

#[test]
fn a_broken_file_is_shown_and_never_overwritten() {
    let folder = folder();
    let path = folder.path().join("macros.toml");
    let broken = "version = 1\n[[macro]]\nname = \n";
    fs::write(&path, broken).unwrap();
    let mut book = BookFile::open(&path).unwrap();
    assert_eq!(book.book().unwrap_err().line, 3);
    assert!(matches!(book.save(NEW), Err(BookFileError::Broken { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), broken);

    fs::write(&path, OLD).unwrap();
    assert!(book.reload().unwrap());
    fs::write(&path, broken).unwrap();
    assert!(matches!(book.save(NEW), Err(BookFileError::Broken { .. })), "it broke after it was read");
    assert_eq!(fs::read_to_string(&path).unwrap(), broken);
}

#[test]
fn a_change_by_another_program_is_not_lost() {
    let folder = folder();
    let path = folder.path().join("macros.toml");
    fs::write(&path, OLD).unwrap();
    let mut book = BookFile::open(&path).unwrap();
    let theirs = "version = 1\n# theirs\n";
    fs::write(&path, theirs).unwrap();
    assert!(matches!(book.save(NEW), Err(BookFileError::Changed { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), theirs);
    assert!(book.reload().unwrap());
    book.save(NEW).unwrap();
    assert!(!book.reload().unwrap());
    assert_eq!(book.book().unwrap().macros.len(), 2);
}

#[test]
fn the_other_version_is_kept_beside_the_book() {
    let folder = folder();
    let path = folder.path().join("macros.toml");
    fs::write(&path, OLD).unwrap();
    let book = BookFile::open(&path).unwrap();
    for name in ["macros.theirs.toml", "macros.theirs-2.toml"] {
        assert_eq!(book.keep_aside().unwrap(), folder.path().join(name));
        assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), OLD);
    }
}

#[test]
fn what_is_no_book_is_not_saved() {
    let folder = folder();
    let path = folder.path().join("macros.toml");
    fs::write(&path, OLD).unwrap();
    let mut book = BookFile::open(&path).unwrap();
    assert!(matches!(book.save("version = 1\nmacros = 1\n"), Err(BookFileError::NotABook(_))));
    assert_eq!((fs::read_to_string(&path).unwrap().as_str(), book.text()), (OLD, OLD));
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let shared = folder.path().join("shared.toml");
    fs::write(&shared, OLD).unwrap();
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.path().join("macros.toml");
    std::os::unix::fs::symlink(&shared, &link).unwrap();
    BookFile::open(&link).unwrap().save(NEW).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&shared).unwrap(), NEW);
    assert_eq!(fs::metadata(&shared).unwrap().permissions().mode() & 0o777, 0o640);
}

/// What a save did not get to do.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// The program was killed with this many bytes of the temporary file written.
    Write(usize),
    Rename,
    SyncFolder,
}

/// A disk on which the program is killed: nothing happens after the cut, not even cleaning up.
struct Killed(Cut);

fn killed() -> io::Error {
    io::Error::other("killed")
}

impl Steps for Killed {
    fn write(&mut self, temporary: &Path, text: &str, permissions: Option<fs::Permissions>) -> io::Result<()> {
        if let Cut::Write(length) = self.0 {
            fs::write(temporary, &text.as_bytes()[..length])?;
            return Err(killed());
        }
        Disk.write(temporary, text, permissions)
    }

    fn rename(&mut self, temporary: &Path, path: &Path) -> io::Result<()> {
        if matches!(self.0, Cut::Rename) { Err(killed()) } else { Disk.rename(temporary, path) }
    }

    fn sync_folder(&mut self, _path: &Path) -> io::Result<()> {
        Err(killed())
    }

    fn remove(&mut self, _temporary: &Path) -> io::Result<()> {
        Err(killed())
    }
}

#[test]
fn killed_at_every_step_the_file_is_the_old_or_the_new_one() {
    let cuts = (0..=NEW.len()).map(Cut::Write).chain([Cut::Rename, Cut::SyncFolder]);
    for cut in cuts {
        let folder = folder();
        let path = folder.path().join("macros.toml");
        fs::write(&path, OLD).unwrap();
        let saved = BookFile::open(&path).unwrap().save_on(NEW, &mut Killed(cut));
        assert_eq!(saved.is_ok(), matches!(cut, Cut::SyncFolder), "{cut:?}");
        let expect = if matches!(cut, Cut::SyncFolder) { NEW } else { OLD };
        let mut after = BookFile::open_or_create(&path).unwrap();
        assert_eq!(after.text(), expect, "{cut:?}");
        let third = format!("{NEW}# third\n");
        after.save(&third).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), third, "what was left over does no harm: {cut:?}");
    }
}

#[test]
fn a_shared_book_is_reloaded_when_another_program_saves_it() {
    let folder = folder();
    let path = folder.path().join("shared.toml");
    fs::write(&path, OLD).unwrap();
    let mut book = BookFile::open(&path).unwrap();
    let (bell, rung) = crossbeam_channel::bounded(1);
    let watch = BookWatch::start(
        &path,
        std::sync::Arc::new(move || {
            let _ = bell.try_send(());
        }),
    )
    .unwrap();
    let mut until = |expect: &str| {
        while book.text() != expect {
            rung.recv_timeout(Duration::from_secs(10)).expect("the change is told");
            assert!(watch.changed() && !watch.changed(), "told once");
            let _ = book.reload();
        }
    };
    // As another instance of ours saves it, and as an editor does that writes in place.
    BookFile::open(&path).unwrap().save(NEW).unwrap();
    until(NEW);
    fs::write(&path, OLD).unwrap();
    until(OLD);
    let broken = "version = 1\n[[macro]]\n";
    fs::write(&path, broken).unwrap();
    until(broken);
    assert!(book.book().is_err(), "shown as broken, and not overwritten");
}

#[test]
fn of_two_windows_that_save_at_once_one_is_told_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("macros.toml");
    BookFile::open_or_create(&path).unwrap();
    for round in 0..20 {
        let books: Vec<BookFile> = (0..4).map(|_| BookFile::open(&path).unwrap()).collect();
        let saved: Vec<(String, bool)> = std::thread::scope(|scope| {
            let save = |(window, mut book): (usize, BookFile)| {
                let text = format!("version = 1\n# round {round}, window {window}\n");
                let saved = match book.save(&text) {
                    Ok(()) => true,
                    Err(BookFileError::Changed { .. }) => false,
                    Err(other) => panic!("{other}"),
                };
                (text, saved)
            };
            let hands: Vec<_> = books.into_iter().enumerate().map(|each| scope.spawn(move || save(each))).collect();
            hands.into_iter().map(|hand| hand.join().unwrap()).collect()
        });
        let won: Vec<&String> = saved.iter().filter(|(_, saved)| *saved).map(|(text, _)| text).collect();
        assert_eq!(won.len(), 1, "{saved:?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), *won[0]);
    }
}

#[test]
fn the_macros_of_a_family_are_offered_once() {
    let mut book = file::parse(DEFAULT).unwrap();
    let more = of_family("sim7600", &book).unwrap();
    let macros = file::parse(more).unwrap().macros;
    assert!(macros.iter().any(|what| what.name == "CIPOPEN + CIPSEND + text + 1A"));
    // None has the name or the key of one in the book that everybody has.
    assert!(macros.iter().all(|what| what.key.is_none() && book.macros.iter().all(|known| known.name != what.name)));
    book.macros.extend(macros);
    assert_eq!(of_family("sim7600", &book), None);
    assert_eq!(of_family("sim800", &book), None);
}
