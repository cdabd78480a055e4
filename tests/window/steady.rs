//! Nothing that can be clicked moves because of something that happened, and nothing lies over anything at any size.

use std::collections::BTreeMap;

use egui::accesskit::Role;
use egui::epaint::{ClippedShape, Shape};
use egui::{Event, Key, Rect, Vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use modemscope::app::{Start, Tone};

use crate::desk::Desk;

/// Where every button is, by its name; of names that occur twice nothing is told.
fn places(desk: &Desk) -> BTreeMap<String, Option<Rect>> {
    let mut places = BTreeMap::new();
    for node in desk.harness.query_all_by_role(Role::Button) {
        let name = node.accesskit_node().label().unwrap_or_default();
        let place = node.rect();
        places.entry(name).and_modify(|twice| *twice = None).or_insert(Some(place));
    }
    places
}

/// What was there before is where it was.
#[track_caller]
fn unmoved(before: &BTreeMap<String, Option<Rect>>, desk: &Desk, after: &str) {
    let now = places(desk);
    for (name, place) in before {
        if let (Some(place), Some(Some(now))) = (place, now.get(name)) {
            assert_eq!(place, now, "“{name}” moved after {after}");
        }
    }
}

#[test]
fn nothing_that_can_be_clicked_moves_by_itself() {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    let before = places(&desk);
    assert!(before.len() > 20, "{before:?}");
    desk.harness.event(Event::Key {
        key: Key::F2,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: egui::Modifiers::NONE,
    });
    desk.wait("a macro runs", |desk| desk.state().status.run.is_some());
    unmoved(&before, &desk, "the start of a macro");
    desk.wait("it ended", |desk| !desk.state().running());
    desk.frames();
    unmoved(&before, &desk, "the end of a macro");
    desk.type_text("AT+CIPS");
    desk.frames();
    assert!(desk.offers("Complete to AT+CIPSTART"));
    unmoved(&before, &desk, "completion");
    desk.type_text(
        " 0x1A \\q <1A> and so much more that it does not fit the line of what will be sent, nor the next one, nor any",
    );
    desk.frames();
    unmoved(&before, &desk, "an error in what is typed");
    desk.keys(egui::Modifiers::COMMAND, Key::A);
    desk.type_text("AT+CIPSEND");
    desk.key(Key::Enter);
    desk.wait("it was refused, which is a finding", |desk| desk.state().findings().next().is_some());
    desk.frames();
    unmoved(&before, &desk, "a finding");
    desk.harness.state_mut().state_mut().say(Tone::Trouble, "Something went wrong. ".repeat(9));
    desk.frames();
    assert!(desk.shows("Something went wrong."));
    unmoved(&before, &desk, "a message");
}

/// Letters that can be seen, and where.
fn texts(shapes: &[ClippedShape]) -> Vec<(String, Rect)> {
    fn collect(shape: &Shape, clip: Rect, found: &mut Vec<(String, Rect)>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, clip, found)),
            Shape::Text(text) if !matches!(text.galley.text().trim(), "" | "…") => {
                for row in &text.galley.rows {
                    let ink = row.visuals.mesh_bounds.translate(row.pos.to_vec2() + text.pos.to_vec2());
                    let place = ink.intersect(clip);
                    if place.width() > 1.0 && place.height() > 1.0 {
                        found.push((text.galley.text().to_owned(), place));
                    }
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for ClippedShape { clip_rect, shape, .. } in shapes {
        collect(shape, *clip_rect, &mut found);
    }
    found
}

#[test]
fn at_no_size_and_no_zoom_does_one_text_lie_over_another() {
    for (width, height) in [(800.0, 600.0), (1024.0, 700.0), (1366.0, 768.0), (1920.0, 1080.0), (3840.0, 2160.0)] {
        for zoom in [0.8, 1.0, 1.25, 1.5, 2.0] {
            let mut desk = Desk::new(&Start::default());
            desk.harness.ctx.set_zoom_factor(zoom);
            desk.harness.set_size(Vec2::new(width, height) / zoom);
            desk.connect("sim:fast");
            desk.wait_for_log("SMS Ready");
            desk.type_text("AT+CIPSEND");
            desk.key(Key::Enter);
            desk.wait("a finding", |desk| desk.state().findings().next().is_some());
            desk.harness.state_mut().state_mut().messages.clear();
            desk.harness.run_steps(6);
            let texts = texts(&desk.harness.output().shapes);
            assert!(texts.len() > 12, "{texts:?}");
            for (at, (one, place)) in texts.iter().enumerate() {
                for (other, there) in texts.iter().skip(at + 1) {
                    let common = place.intersect(*there);
                    assert!(
                        common.width() <= 2.0 || common.height() <= 4.0,
                        "{width}x{height} at {zoom}: “{one}” {place:?} and “{other}” {there:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_small_window_scrolls_to_everything() {
    let mut desk = Desk::new(&Start::default());
    desk.harness.set_size(Vec2::new(400.0, 300.0));
    desk.harness.run_steps(4);
    for name in ["Line settings", "Connect", "Menu", "Side panel", "Send", "1A"] {
        desk.harness.get_by_role_and_label(Role::Button, name).scroll_to_me();
        desk.harness.run_steps(12);
        let place = desk.harness.get_by_role_and_label(Role::Button, name).rect();
        assert!(
            Rect::from_min_size(egui::Pos2::ZERO, Vec2::new(400.0, 300.0)).contains_rect(place),
            "{name} {place:?}"
        );
    }
    desk.reach("Side panel");
    assert!(desk.offers("CIPSEND + text + 1A") || desk.shows("CIPSEND + text + 1A"));
}
