//! What a small window, or one at a large zoom, leaves out, and what it does not.

use egui::accesskit::Role;
use egui::epaint::Shape;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::desk::Desk;
use crate::steady::sized;

/// What is drawn of a text, in parts of its height: nothing where it is out of sight.
fn seen_of(desk: &Desk, words: &str) -> Option<f32> {
    let texts = desk.harness.output().shapes.iter().filter_map(|clipped| match &clipped.shape {
        Shape::Text(text) if text.galley.text() == words => {
            let place = text.galley.mesh_bounds.translate(text.pos.to_vec2());
            Some(place.intersect(clipped.clip_rect).height().max(0.0) / place.height())
        }
        _ => None,
    });
    texts.reduce(f32::max)
}

fn pick(desk: &mut Desk, port: &str) {
    port.clone_into(&mut desk.harness.state_mut().state_mut().settings.port);
    desk.frames();
}

/// What tells ports apart is the end of their names.
#[test]
fn a_narrow_window_shows_the_end_of_a_ports_name() {
    let by_id = "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0";
    for (width, zoom) in [(800.0, 1.0), (1024.0, 1.0), (1280.0, 1.7), (1280.0, 2.0)] {
        let mut desk = sized(width, 800.0, zoom);
        for (port, end) in [("/dev/ttyUSB0", "ttyUSB0"), ("COM12", "COM12"), (by_id, "-port0"), ("sim:", "SIM800L")] {
            pick(&mut desk, port);
            let shapes = &desk.harness.output().shapes;
            let shown = shapes.iter().any(|clipped| match &clipped.shape {
                Shape::Text(text) => {
                    let ink = text.galley.mesh_bounds.translate(text.pos.to_vec2());
                    let picker = ink.bottom() < 40.0 && ink.right() < 320.0;
                    picker && text.galley.text().ends_with(end) && !text.galley.elided
                }
                _ => false,
            });
            assert!(shown, "{port} in {width} dots at {zoom}");
        }
    }
}

/// 1280 x 800, as on small laptops, at up to twice the size.
#[test]
fn nothing_is_scrolled_sideways_on_a_small_screen_at_a_large_zoom() {
    for zoom in [1.0, 1.5, 1.7, 2.0] {
        let mut desk = sized(1280.0, 800.0, zoom);
        for connected in [false, true] {
            if connected {
                desk.connect("sim:fast");
                desk.wait_for_log("SMS Ready");
                desk.harness.run_steps(4);
            }
            for name in ["Line settings", "Side panel", "Menu", "Send", "1A"] {
                let place = desk.harness.get_by_role_and_label(Role::Button, name).rect();
                // Twice as large it is too low, and scrolls: better than rows of the log that nobody can read.
                let low = zoom > 1.7 || place.bottom() <= 800.0 / zoom;
                let whole = place.right() <= 1280.0 / zoom && low;
                assert!(whole, "{name} at {place:?}, zoom {zoom}, connected {connected}");
            }
        }
    }
}

/// What the bars open is within the window.
#[test]
fn what_a_button_opens_is_seen_whole_in_a_narrow_window() {
    for width in [800.0, 640.0] {
        let mut desk = sized(width, 700.0, 1.0);
        desk.connect("sim:fast");
        desk.wait_for_log("SMS Ready");
        for opener in ["Line settings", "Port", "View…", "More…", "Menu"] {
            // What a port with modem lines has to be set.
            pick(&mut desk, "/dev/ttyUSB0");
            desk.keys(egui::Modifiers::COMMAND, egui::Key::O);
            desk.frames();
            let role = if opener == "Port" { Role::ComboBox } else { Role::Button };
            desk.harness.get_by_role_and_label(role, opener).click();
            desk.harness.run_steps(8);
            let buttons: Vec<_> = desk.harness.query_all_by_role(Role::Button).collect();
            for button in buttons {
                let (name, place) = (button.accesskit_node().label(), button.rect());
                assert!(place.left() >= 0.0 && place.right() <= width, "{opener}: {name:?} at {place:?} in {width}");
            }
            desk.key(egui::Key::Escape);
            desk.harness.run_steps(4);
        }
    }
}

/// Tab goes to what is out of sight too, which comes into it.
#[test]
fn what_the_keyboard_has_gone_to_is_in_sight() {
    let mut desk = sized(800.0, 600.0, 1.0);
    let place = |desk: &Desk, name: &str| desk.harness.get_by_role_and_label(Role::Button, name).rect();
    let findings = desk.harness.get_by_label("Findings").rect().top();
    let name = "Paste a sketch…";
    assert!(place(&desk, name).bottom() > findings, "it is below the page's end at first");
    for _ in 0..40 {
        if desk.focused().as_deref() == Some(name) {
            break;
        }
        desk.key(egui::Key::Tab);
    }
    assert_eq!(desk.focused().as_deref(), Some(name));
    desk.harness.run_steps(30);
    assert!(place(&desk, name).bottom() <= findings, "{:?} is below {findings}", place(&desk, name));
    // The list of macros of a low window.
    desk.keys(egui::Modifiers::COMMAND, egui::Key::B);
    desk.frames();
    let last = "More for SMS in text mode";
    let end = desk.harness.get_by_label_contains("The steps of a macro").rect().top();
    for _ in 0..80 {
        if desk.focused().as_deref() == Some(last) {
            break;
        }
        desk.key(egui::Key::Tab);
    }
    assert_eq!(desk.focused().as_deref(), Some(last));
    desk.harness.run_steps(30);
    assert!(place(&desk, last).bottom() <= end, "{:?} is below {end}", place(&desk, last));
}

/// Whatever height is left for them.
#[test]
fn the_list_of_macros_ends_in_no_half_heading() {
    let mut cut = 0;
    for height in (560_u16..900).step_by(4) {
        let mut desk = sized(1280.0, f32::from(height), 1.0);
        desk.harness.run_steps(2);
        for heading in ["Modem", "Internet", "SMS"] {
            let seen = seen_of(&desk, heading).unwrap_or_default();
            assert!(seen == 0.0 || seen > 0.99, "{heading}: {seen} of it at {height}");
            cut += usize::from(seen == 0.0);
        }
    }
    assert!(cut > 3, "it is low enough to cut something: {cut}");
}

/// The name of the macro of the main job, beside the button that runs it again.
#[test]
fn the_card_of_a_run_shows_the_name_of_its_macro_whole() {
    let name = "CIPSEND + text + 1A";
    let mut desk = sized(1280.0, 800.0, 1.0);
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk.click(name);
    desk.click("Run");
    desk.wait("it ended", |desk| desk.state().status.run.as_ref().is_some_and(|run| run.ended));
    desk.frames();
    assert!(desk.offers("Run again"));
    let elided: Vec<bool> = desk
        .harness
        .output()
        .shapes
        .iter()
        .filter_map(|clipped| match &clipped.shape {
            Shape::Text(text) if text.galley.text() == name => Some(text.galley.elided),
            _ => None,
        })
        .collect();
    assert_eq!(elided, [false, false], "on its button, and in the card");
}
