//! Edits of a book, with an eye on what must not change.

use std::time::Duration;

use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::macros::model::OnFail;

const BOOK: &str = r#"# My book.
version = 1 # the first

# Wakes it.
[[macro]]
name = "wake" # short
key = "F1"
  # Knock.
  [[macro.step]]
  send = 'AT\r' # with CR
  expect = ['\r\nOK\r\n'] # its own line
  within = "1s"

# Sends.
[[macro]]
name = "send"
ask = { text = "hello" }
  [[macro.step]]
  send = 'AT+CIPSEND\r'
  # The end.
  [[macro.step]]
  send = '${text}\x1A'
# Behind all.
"#;

fn editor() -> Editor {
    Editor::new(BOOK).unwrap()
}

fn step(send: &str) -> Box<Step> {
    Box::new(Step { send: Some(send.into()), ..Step::default() })
}

#[test]
fn one_changed_key_changes_one_line() {
    let mut editor = editor();
    let mut changed = editor.book().macros[0].steps[0].clone();
    changed.within = Some(Duration::from_millis(1500));
    changed.on_fail = OnFail::Skip;
    editor.apply(&Edit::SetStep { of: 0, at: 0, step: Box::new(changed) }).unwrap();
    let mut what = editor.book().macros[0].clone();
    what.name = "wake up".into();
    what.key = None;
    what.group = Some("basics".into());
    editor.apply(&Edit::SetMacro { at: 0, what: Box::new(what) }).unwrap();
    let expect = BOOK
        .replace("within = \"1s\"\n", "within = \"1500ms\"\n  on_fail = \"skip\"\n")
        .replace("name = \"wake\" # short\nkey = \"F1\"\n", "name = \"wake up\" # short\ngroup = \"basics\"\n");
    assert_eq!(editor.text(), expect);
}

#[test]
fn macros_and_steps_move_with_their_comments() {
    let mut editor = editor();
    editor.apply(&Edit::MoveMacro { from: 1, to: 0 }).unwrap();
    editor.apply(&Edit::MoveStep { of: 0, from: 1, to: 0 }).unwrap();
    editor.apply(&Edit::DuplicateMacro(1)).unwrap();
    editor.apply(&Edit::InsertStep { of: 1, at: 1, step: step(r"ATI\r") }).unwrap();
    editor.apply(&Edit::DuplicateStep { of: 1, at: 1 }).unwrap();
    editor.apply(&Edit::DeleteStep { of: 2, at: 0 }).unwrap();
    expect![[r##"
        # My book.
        version = 1 # the first

        # Sends.
        [[macro]]
        name = "send"
        ask = { text = "hello" }
          # The end.
          [[macro.step]]
          send = '${text}\x1A'
          [[macro.step]]
          send = 'AT+CIPSEND\r'

        # Wakes it.
        [[macro]]
        name = "wake" # short
        key = "F1"
          # Knock.
          [[macro.step]]
          send = 'AT\r' # with CR
          expect = ['\r\nOK\r\n'] # its own line
          within = "1s"
          [[macro.step]]
          send = 'ATI\r'
          [[macro.step]]
          send = 'ATI\r'

        # Wakes it.
        [[macro]]
        name = "wake 2"
        # Behind all.
    "##]]
    .assert_eq(editor.text());
}

#[test]
fn what_cannot_be_read_is_refused_and_changes_nothing() {
    let mut editor = editor();
    let wrong = |editor: &mut Editor, edit: Edit, expect: &str| {
        let error = editor.apply(&edit).unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
        assert_eq!((editor.text(), editor.can_undo()), (BOOK, false));
    };
    wrong(&mut editor, Edit::SetStep { of: 0, at: 0, step: step(r"AT\q") }, r"found `\q`");
    wrong(&mut editor, Edit::InsertMacro { at: 0, what: Box::default() }, "a name must be visible text");
    wrong(&mut editor, Edit::DeleteMacro(2), "there is no macro number 3");
    wrong(&mut editor, Edit::MoveStep { of: 0, from: 1, to: 0 }, "there is no step number 2");
    wrong(&mut editor, Edit::Import("version = 1\nx = 1".into()), "that is no macro book: line 2, column 1");
    assert!(Editor::new("version = 1\n[[macro]\n").is_err());
}

#[test]
fn export_and_import_carry_comments() {
    let editor = editor();
    let exported = editor.export(&[1]).unwrap();
    assert!(exported.contains("# Sends.\n[[macro]]") && exported.contains("# The end."), "{exported}");
    let mut other = Editor::new("version = 1\n").unwrap();
    other.apply(&Edit::Import(exported)).unwrap();
    assert_eq!(other.book().macros, editor.book().macros[1..]);
    assert_eq!(editor.export(&[5]).unwrap_err().to_string(), "there is no macro number 6");
}

#[test]
fn lists_of_inline_tables_can_be_edited_too() {
    let text = "version = 1\nmacro = [{ name = 'a', step = [{ send = 'x' }] }]\n";
    let mut editor = Editor::new(text).unwrap();
    editor.apply(&Edit::InsertStep { of: 0, at: 9, step: step("y") }).unwrap();
    let sends: Vec<_> = editor.book().macros[0].steps.iter().map(|step| step.send.clone().unwrap()).collect();
    assert_eq!(sends, ["x", "y"]);
}

#[test]
fn clashing_keys_are_found_however_they_are_written() {
    let named = |name: &str, key: &str| Macro { name: name.into(), key: Some(key.into()), ..Macro::default() };
    let one = Book { macros: vec![named("a", "ctrl+shift+k"), named("b", "F1")] };
    let two = Book { macros: vec![named("c", "Shift+Ctrl+K"), named("d", "F2")] };
    let told: Vec<String> = clashes([&one, &two]).iter().map(ToString::to_string).collect();
    assert_eq!(told, ["Ctrl+Shift+K is the key of “a” and “c”: it runs “a”"]);
    let own = Book { macros: vec![named("a", "ctrl+o")] };
    assert_eq!(clashes([&own])[0].to_string(), "Ctrl+O connects and disconnects, so it does not run “a”");
}

fn edits() -> impl Strategy<Value = Edit> {
    let at = || 0..4_usize;
    prop_oneof![
        (at(), at()).prop_map(|(from, to)| Edit::MoveMacro { from, to }),
        at().prop_map(Edit::DuplicateMacro),
        at().prop_map(Edit::DeleteMacro),
        at().prop_map(|at| Edit::InsertMacro {
            at,
            what: Box::new(Macro { name: "new".into(), steps: vec![*step("x")], ..Macro::default() })
        }),
        (at(), at()).prop_map(|(of, at)| Edit::InsertStep { of, at, step: step(r"it's \x1A") }),
        (at(), at()).prop_map(|(of, at)| Edit::SetStep { of, at, step: step("z") }),
        (at(), at(), at()).prop_map(|(of, from, to)| Edit::MoveStep { of, from, to }),
        (at(), at()).prop_map(|(of, at)| Edit::DuplicateStep { of, at }),
        (at(), at()).prop_map(|(of, at)| Edit::DeleteStep { of, at }),
    ]
}

/// What an edit does to the model alone.
fn on_model(book: &mut Book, edit: &Edit) {
    let name = |book: &Book, at: usize| Editor { book: book.clone(), ..editor() }.free_name(&book.macros[at].name);
    match edit {
        Edit::MoveMacro { from, to } => {
            let what = book.macros.remove(*from);
            book.macros.insert((*to).min(book.macros.len()), what);
        }
        Edit::DuplicateMacro(at) => {
            let copy = Macro { name: name(book, *at), key: None, ..book.macros[*at].clone() };
            book.macros.insert(at + 1, copy);
        }
        Edit::DeleteMacro(at) => drop(book.macros.remove(*at)),
        Edit::InsertMacro { at, what } => book.macros.insert((*at).min(book.macros.len()), (**what).clone()),
        Edit::InsertStep { of, at, step } => {
            let steps = &mut book.macros[*of].steps;
            steps.insert((*at).min(steps.len()), (**step).clone());
        }
        Edit::SetStep { of, at, step } => book.macros[*of].steps[*at] = (**step).clone(),
        Edit::MoveStep { of, from, to } => {
            let steps = &mut book.macros[*of].steps;
            let step = steps.remove(*from);
            steps.insert((*to).min(steps.len()), step);
        }
        Edit::DuplicateStep { of, at } => {
            let copy = book.macros[*of].steps[*at].clone();
            book.macros[*of].steps.insert(at + 1, copy);
        }
        Edit::DeleteStep { of, at } => drop(book.macros[*of].steps.remove(*at)),
        Edit::SetMacro { .. } | Edit::Import(_) => {}
    }
}

proptest! {
    /// Any edits: the text says what the model says, undo goes all the way back, redo all the way forth.
    #[test]
    fn the_text_follows_the_model_and_undo_comes_back(edits in prop::collection::vec(edits(), 0..12)) {
        let mut editor = editor();
        let mut model = editor.book().clone();
        for edit in &edits {
            if editor.apply(edit).is_ok() {
                on_model(&mut model, edit);
                prop_assert_eq!(editor.book(), &model, "{:?}\n{}", edit, editor.text());
            }
        }
        let last = editor.text().to_owned();
        while editor.undo() {}
        prop_assert_eq!(editor.text(), BOOK);
        while editor.redo() {}
        prop_assert_eq!(editor.text(), last);
    }
}
