//! Whose a key is. Keys put something on the line only while the send box or the log has the focus, and in the order in
//! which they were pressed.
//!
//! egui hands over all keys of a frame at once, and a text field takes its letters from them wherever they stand: where
//! frames are slow, a key that sends would overtake the letters typed before it. So such a key has a frame of its own, and
//! what was pressed after it waits for the next one.

use egui::{Context, Event, Key, Modifiers};

use super::find_bar::FindBar;
use super::log::LogPanel;
use super::send_box::SendBox;

/// Who has the keyboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Owner {
    SendBox,
    Log,
    Find,
    /// Nothing has the focus.
    Nobody,
    /// Another field or button, a question, a menu.
    #[default]
    Other,
}

impl Owner {
    /// Keys may put something on the line.
    pub(crate) fn may_send(self) -> bool {
        matches!(self, Self::SendBox | Self::Log)
    }
}

/// Who had the keyboard when the last frame ended, and the keys that wait.
#[derive(Debug, Default)]
pub(crate) struct Keyboard {
    owner: Owner,
    held: Vec<Event>,
}

impl Keyboard {
    /// Before anything is drawn: whose the keys of this frame are. `free` is false under a question or a menu.
    pub(crate) fn begin(&mut self, ctx: &Context, free: bool) -> Owner {
        if !self.held.is_empty() {
            let held = std::mem::take(&mut self.held);
            ctx.input_mut(|input| drop(input.events.splice(0..0, held)));
        }
        if !free {
            return Owner::Other;
        }
        let letters = |event: &Event| matches!(event, Event::Text(_) | Event::Paste(_));
        if self.owner == Owner::Log && ctx.input(|input| input.events.iter().any(letters)) {
            SendBox::focus(ctx);
            self.owner = Owner::SendBox;
        }
        if !self.owner.may_send() {
            self.hold(ctx, is_click);
            return self.owner;
        }
        // egui takes the focus away at Esc before anybody sees the key.
        if ctx.input(|input| input.key_pressed(Key::Escape)) {
            match self.owner {
                Owner::SendBox => SendBox::focus(ctx),
                _ => LogPanel::focus(ctx),
            }
        }
        self.hold(ctx, does_something);
        self.owner
    }

    /// Keys that were pressed after what `ends` the frame, or before it where they come first, wait for the next one.
    fn hold(&mut self, ctx: &Context, ends: fn(&Event) -> bool) {
        ctx.input_mut(|input| {
            if let Some(at) = cut(&input.events, ends) {
                let rest = input.events.split_off(at);
                let (held, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_typed);
                input.events.extend(others);
                self.held = held;
            }
        });
    }

    /// After everything is drawn. Where nothing has the focus and nothing stands over the window, what is typed next goes
    /// into the send box, not nowhere.
    pub(crate) fn end(&mut self, ctx: &Context, free: bool) {
        self.owner = match ctx.memory(egui::Memory::focused) {
            Some(id) if id == SendBox::id() => Owner::SendBox,
            Some(id) if id == LogPanel::id() => Owner::Log,
            Some(id) if id == FindBar::id() => Owner::Find,
            Some(_) => Owner::Other,
            None if free => {
                SendBox::focus(ctx);
                Owner::SendBox
            }
            None => Owner::Nobody,
        };
        if !self.held.is_empty() {
            ctx.request_repaint();
        }
    }
}

/// Ctrl+Z was pressed, and is taken; Ctrl+Shift+Z is another key, which brings back what was undone.
pub(crate) fn ends_data(ctx: &Context) -> bool {
    ctx.input_mut(|input| {
        let at = input.events.iter().position(is_ctrl_z);
        at.map(|at| input.events.remove(at)).is_some()
    })
}

fn is_ctrl_z(event: &Event) -> bool {
    matches!(event, Event::Key { key: Key::Z, pressed: true, modifiers, .. } if (modifiers.command || modifiers.ctrl) && !modifiers.shift && !modifiers.alt)
}

/// Where the keys of a frame end: before what `ends` it, or behind that where it comes first.
fn cut(events: &[Event], ends: fn(&Event) -> bool) -> Option<usize> {
    let first = events.iter().position(ends)?;
    let typed = |events: Option<&[Event]>| events.is_some_and(|events| events.iter().any(is_pressed));
    if typed(events.get(..first)) {
        return Some(first);
    }
    typed(events.get(first + 1..)).then_some(first + 1)
}

/// A click puts the caret somewhere, or gives the keyboard to another: what is typed then goes there.
fn is_click(event: &Event) -> bool {
    matches!(event, Event::PointerButton { pressed: true, .. })
}

/// It sends, or changes what is typed as a whole, or where.
fn does_something(event: &Event) -> bool {
    if is_click(event) {
        return true;
    }
    let Event::Key { key, pressed: true, modifiers, .. } = event else { return false };
    match key {
        Key::Enter | Key::Escape | Key::Tab | Key::ArrowUp | Key::ArrowDown => *modifiers == Modifiers::NONE,
        Key::Z => is_ctrl_z(event),
        key => (Key::F1..=Key::F35).contains(key),
    }
}

fn is_pressed(event: &Event) -> bool {
    is_typed(event) && !matches!(event, Event::Key { pressed: false, .. })
}

fn is_typed(event: &Event) -> bool {
    matches!(event, Event::Text(_) | Event::Paste(_) | Event::Cut | Event::Copy | Event::Key { .. } | Event::Ime(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: Key, modifiers: Modifiers) -> Event {
        Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
    }

    #[test]
    fn a_key_that_sends_has_a_frame_of_its_own() {
        let text = || Event::Text("a".to_owned());
        let end = || key(Key::Z, Modifiers::COMMAND);
        let enter = || key(Key::Enter, Modifiers::NONE);
        let click = || Event::PointerButton {
            pos: egui::Pos2::ZERO,
            button: egui::PointerButton::Primary,
            pressed: true,
            modifiers: Modifiers::NONE,
        };
        let lift =
            Event::Key { key: Key::A, physical_key: None, pressed: false, repeat: false, modifiers: Modifiers::NONE };
        for (events, expected) in [
            (vec![], None),
            (vec![text(), text()], None),
            (vec![text(), end()], Some(1)),
            (vec![text(), key(Key::Backspace, Modifiers::NONE), enter(), text()], Some(2)),
            (vec![enter(), text(), enter()], Some(1)),
            (vec![end()], None),
            (vec![lift.clone(), end()], None),
            (vec![enter(), enter()], Some(1)),
            (vec![key(Key::Z, Modifiers::COMMAND | Modifiers::SHIFT), text()], None),
            (vec![text(), key(Key::F3, Modifiers::NONE)], Some(1)),
            (vec![click(), text()], Some(1)),
            (vec![text(), click()], Some(1)),
        ] {
            assert_eq!(cut(&events, does_something), expected, "{events:?}");
        }
    }
}
