//! Nothing that can be clicked moves because of something that happened, and nothing lies over anything at any size.

use std::collections::BTreeMap;
use std::time::SystemTime;

use egui::accesskit::Role;
use egui::epaint::{ClippedShape, Shape};
use egui::{Event, Key, Rect, Vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use modemscope::app::{Start, Tone};
use modemscope::link::test_server::Visitor;

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

/// The modem waits for the text of a message.
fn open_prompt(desk: &mut Desk) {
    desk.focus_line();
    for line in ["AT+CMGF=1", "AT+CMGS=\"+4917012345\""] {
        desk.type_text(line);
        desk.key(Key::Enter);
        let echo = format!("RX {line}<CR>");
        desk.wait("an answer behind the echo", |desk| {
            desk.log().split_once(&echo).is_some_and(|(_, answer)| answer.contains("<CR><LF>"))
        });
    }
    desk.wait("the strip knows of the prompt", |desk| desk.state().prompt_open());
    desk.frames();
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
    desk.type_text("AT+CIPSTART=1");
    desk.key(Key::Enter);
    desk.wait("another finding", |desk| desk.state().findings().count() > 1);
    desk.harness.run_steps(20);
    unmoved(&before, &desk, "a second finding");
    desk.click("Hex");
    unmoved(&before, &desk, "another mode");
    desk.click("Mixed");
    open_prompt(&mut desk);
    unmoved(&before, &desk, "a prompt");
    desk.key(Key::Escape);
    desk.wait("the data was given up", |desk| !desk.state().prompt_open());
    desk.harness.state_mut().state_mut().say(Tone::Trouble, "Something went wrong. ".repeat(9));
    desk.frames();
    assert!(desk.shows("Something went wrong."));
    unmoved(&before, &desk, "a message");
}

/// What can be done with a selection has its own place: every row stays readable, and stays where it was clicked.
#[test]
fn a_selection_lies_over_no_row_and_moves_none() {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk.harness.run_steps(8);
    let rows = |desk: &Desk| desk.harness.get_by_role(Role::Log).rect();
    let (place, words) = (rows(&desk), desk.log());
    desk.click_at(place.left_top() + Vec2::new(200.0, 50.0));
    desk.wait("it measures", |desk| desk.shows("Selected: 1 row"));
    assert_eq!((rows(&desk), desk.log()), (place, words));
    for name in ["Copy as text", "Copy as C array", "Macro of this", "Select nothing"] {
        let button = desk.harness.get_by_role_and_label(Role::Button, name).rect();
        assert!(button.top() >= place.bottom(), "{name} {button:?} over the rows {place:?}");
    }
    desk.click("Copy as Hex");
    desk.wait("it says that it has copied", |desk| desk.shows("copied"));
    desk.focus_line();
    for _ in 0..20 {
        desk.type_text("AT");
        desk.key(Key::Enter);
    }
    desk.focus_log();
    desk.key(Key::Home);
    desk.wait("the log stands still", |desk| desk.shows("Newest rows") || desk.shows("new row"));
    let newest = desk.harness.query_all_by_role(Role::Button).find(|node| {
        node.accesskit_node().label().is_some_and(|label| label.contains("ewest row") || label.contains("new row"))
    });
    assert!(newest.unwrap().rect().top() >= place.bottom(), "the way back lies over the rows");
}

/// A finding that is unfolded is whole, however small the one before was, and the newest rows stand above it.
#[test]
fn a_finding_is_unfolded_whole_and_above_it_the_log_goes_on() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk.focus_line();
    desk.type_text("AT+CIPSEND");
    desk.key(Key::Enter);
    desk.wait("it was refused, which is a finding", |desk| desk.state().findings().next().is_some());
    let small = desk.state().findings().next().unwrap().title.clone();
    desk.harness.run_steps(8);
    desk.click(&small);
    desk.harness.run_steps(8);
    assert!(desk.shows("Rule…"));
    desk.click("Open TCP");
    desk.harness.get_by_role_and_label(Role::TextInput, "Port").focus();
    desk.frames();
    desk.keys(egui::Modifiers::COMMAND, Key::A);
    desk.type_text(&free.to_string());
    desk.click("Run");
    desk.wait("nobody listens", |desk| desk.shows("could not be opened."));
    desk.harness.run_steps(8);
    desk.click(&format!("The connection to 127.0.0.1:{free} could not be opened."));
    desk.harness.run_steps(8);
    let below = desk.harness.get_by_label_contains("Findings (").rect();
    let buttons = [format!("Start the test server on port {free}"), "Show the bytes".to_owned(), "Rule…".to_owned()];
    for name in &buttons {
        let button = desk.harness.get_by_role_and_label(Role::Button, name).rect();
        assert!(button.bottom() <= below.top(), "{name} {button:?} is cut at {below:?}");
    }
    let rows = desk.harness.get_by_role(Role::Log).rect();
    let fold = desk.harness.get_by_role_and_label(Role::Button, "Fold").rect();
    assert!(rows.bottom() <= fold.top(), "{fold:?} over the rows {rows:?}");
    assert!(desk.log().contains("CONNECT FAIL"), "the newest rows are in sight: {}", desk.log());
    desk.click(&buttons[0]);
    assert_eq!(desk.state().server.address.map(|address| address.port()), Some(free));
    desk.frames();
    assert!(!desk.offers(&buttons[0]));
}

/// A message on the start page leaves every way to begin free.
#[test]
fn a_message_lies_over_no_way_to_begin() {
    for (width, height) in [(1024.0, 700.0), (1280.0, 820.0), (1920.0, 1080.0)] {
        let mut desk = sized(width, height, 1.0);
        desk.focus_line();
        desk.type_text("AT");
        desk.key(Key::Enter);
        desk.harness.run_steps(8);
        let message = desk.harness.get_by_label_contains("the port is not open").rect();
        let message = message.union(desk.harness.get_by_role_and_label(Role::Button, "Dismiss").rect());
        for way in
            ["Connect to the simulated SIM800L", "Open or paste a log…", "Paste a sketch…", "How to wire it…", "Send"]
        {
            let place = desk.harness.get_by_role_and_label(Role::Button, way).rect();
            assert!(!place.intersects(message), "{width}x{height}: {way} {place:?} under {message:?}");
        }
    }
}

#[test]
fn the_start_page_fits_beside_the_macros_of_a_narrow_window() {
    let mut desk = sized(800.0, 600.0, 1.0);
    desk.click("Side panel");
    desk.harness.run_steps(8);
    let macros = desk.harness.get_by_label("Macros").rect();
    for words in ["Work a modem, and see why it did not work", "Your modem", "A log or a sketch that failed"] {
        let place = desk.harness.get_by_label(words).rect();
        assert!(place.left() > 0.0 && place.right() < macros.left(), "{words} {place:?}, macros {macros:?}");
    }
}

/// The server's panel keeps its edges when a connection comes and when bytes do.
#[test]
fn a_visitor_of_the_test_server_moves_nothing() {
    let mut desk = sized(1024.0, 700.0, 1.0);
    let server = &mut desk.harness.state_mut().state_mut().server;
    server.address = Some(std::net::SocketAddr::from(([127, 0, 0, 1], 9)));
    desk.frames();
    let before = places(&desk);
    for number in 1..4 {
        let peer = std::net::SocketAddr::from(([127, 0, 0, 1], 4000));
        let bytes = b"hello, how are you? ".repeat(20);
        let total = bytes.len() as u64;
        let visitor = Visitor { number, peer, since: SystemTime::UNIX_EPOCH, bytes, total, answered: 0, open: true };
        desk.harness.state_mut().state_mut().server.visitors.push(visitor);
        desk.harness.run_steps(8);
        assert!(desk.shows("400 bytes"));
        unmoved(&before, &desk, "a visitor");
    }
}

/// What is drawn, as far as it is looked at here.
#[derive(Debug)]
enum Drawn {
    /// Letters, and where.
    Letters(String, Rect),
    /// A ground that hides what was drawn before.
    Ground(Rect),
}

/// Letters and grounds in the order of drawing.
fn texts(shapes: &[ClippedShape]) -> Vec<Drawn> {
    fn collect(shape: &Shape, clip: Rect, found: &mut Vec<Drawn>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, clip, found)),
            Shape::Rect(ground) if ground.fill.a() == u8::MAX => found.push(Drawn::Ground(ground.rect.intersect(clip))),
            Shape::Text(text) if !matches!(text.galley.text().trim(), "" | "…") => {
                for row in &text.galley.rows {
                    let ink = row.visuals.mesh_bounds.translate(row.pos.to_vec2() + text.pos.to_vec2());
                    let place = ink.intersect(clip);
                    if place.width() > 1.0 && place.height() > 1.0 {
                        found.push(Drawn::Letters(text.galley.text().to_owned(), place));
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

/// The letters that no later ground hides, whole or in part: half a letter beside a window's edge is how windows lie.
fn uncovered(drawn: Vec<Drawn>) -> Vec<(String, Rect)> {
    let mut seen: Vec<(String, Rect)> = Vec::new();
    for drawn in drawn {
        match drawn {
            Drawn::Letters(text, place) => seen.push((text, place)),
            Drawn::Ground(ground) => seen.retain(|(_, place)| !ground.intersects(*place)),
        }
    }
    seen
}

/// The sizes that the window is looked at in, and the zooms.
const SIZES: [(f32, f32); 5] = [(800.0, 600.0), (1024.0, 700.0), (1366.0, 768.0), (1920.0, 1080.0), (3840.0, 2160.0)];
const ZOOMS: [f32; 5] = [0.8, 1.0, 1.25, 1.5, 2.0];

pub fn sized(width: f32, height: f32, zoom: f32) -> Desk {
    let mut desk = Desk::new(&Start::default());
    desk.harness.ctx.set_zoom_factor(zoom);
    // In the frame in which the zoom changes egui scales the size that there was, and takes no new one.
    desk.harness.run_steps(2);
    desk.harness.set_size(Vec2::new(width, height) / zoom);
    desk.harness.run_steps(4);
    let off = desk.harness.ctx.content_rect().size() - Vec2::new(width, height) / zoom;
    assert!(off.abs().max_elem() < 1.0, "{off:?}");
    desk
}

/// Without windows and menus no letters lie over others.
#[track_caller]
pub fn nothing_lies_over_anything(desk: &Desk, what: &str) {
    let letters = |drawn| match drawn {
        Drawn::Letters(text, place) => Some((text, place)),
        Drawn::Ground(_) => None,
    };
    let texts: Vec<_> = texts(&desk.harness.output().shapes).into_iter().filter_map(letters).collect();
    apart(&texts, what);
}

/// With a window or a menu, which is drawn later and with its ground first: what a ground hides is not looked at.
#[track_caller]
fn nothing_shines_through(desk: &Desk, what: &str) {
    apart(&uncovered(texts(&desk.harness.output().shapes)), what);
}

#[track_caller]
fn apart(texts: &[(String, Rect)], what: &str) {
    assert!(texts.len() > 8, "{what}: {texts:?}");
    for (at, (one, place)) in texts.iter().enumerate() {
        for (other, there) in texts.iter().skip(at + 1) {
            let common = place.intersect(*there);
            assert!(
                common.width() <= 2.0 || common.height() <= 4.0,
                "{what}: “{one}” {place:?} and “{other}” {there:?}"
            );
        }
    }
}

#[test]
fn at_no_size_and_no_zoom_does_one_text_lie_over_another() {
    for (width, height) in SIZES {
        for zoom in ZOOMS {
            let what = format!("{width}x{height} at {zoom}");
            let mut desk = sized(width, height, zoom);
            nothing_lies_over_anything(&desk, &format!("{what}, start page"));
            desk.connect("sim:fast");
            desk.wait_for_log("SMS Ready");
            desk.type_text("AT+CIPSEND");
            desk.key(Key::Enter);
            desk.wait("a finding", |desk| desk.state().findings().next().is_some());
            desk.harness.state_mut().state_mut().messages.clear();
            desk.harness.run_steps(6);
            nothing_lies_over_anything(&desk, &what);
        }
    }
}

/// Where a size is told by the menu and the windows that open, these are the ends of the range.
const ENDS: [((f32, f32), f32); 4] =
    [((800.0, 600.0), 2.0), ((1024.0, 700.0), 1.5), ((1024.0, 700.0), 1.0), ((3840.0, 2160.0), 0.8)];

#[test]
fn no_tool_window_lies_over_itself_and_each_can_be_reached_and_closed() {
    for ((width, height), zoom) in ENDS {
        let mut desk = sized(width, height, zoom);
        let screen = Rect::from_min_size(egui::Pos2::ZERO, Vec2::new(width, height) / zoom);
        for tool in TOOLS {
            let what = format!("{tool}, {width}x{height} at {zoom}");
            desk.reach("Menu");
            desk.reach(tool);
            desk.harness.run_steps(10);
            nothing_shines_through(&desk, &what);
            let close = desk.harness.get_by_role_and_label(Role::Button, "Close window").rect();
            assert!(screen.contains_rect(close), "{what}: its close button is at {close:?}");
            desk.key(Key::Escape);
            desk.harness.run_steps(10);
            assert!(
                desk.harness.query_by_role_and_label(Role::Button, "Close window").is_none(),
                "{what}: Esc closes it"
            );
        }
    }
}

#[test]
fn no_menu_question_or_bar_lies_over_itself() {
    for ((width, height), zoom) in ENDS {
        let what = |overlay: &str| format!("{overlay}, {width}x{height} at {zoom}");
        let mut desk = sized(width, height, zoom);
        desk.connect("sim:fast");
        desk.wait_for_log("SMS Ready");
        for opener in ["Line settings", "View…", "More…", "Menu"] {
            desk.reach(opener);
            desk.harness.run_steps(10);
            nothing_shines_through(&desk, &what(opener));
            desk.key(Key::Escape);
        }
        desk.focus_line();
        desk.type_text("AT+CIPS");
        desk.harness.run_steps(10);
        nothing_shines_through(&desk, &what("completion"));
        desk.key(Key::Escape);
        desk.keys(egui::Modifiers::COMMAND, Key::F);
        desk.type_text("Ready");
        desk.wait("it counts", |desk| desk.shows("matches"));
        nothing_shines_through(&desk, &what("find"));
        desk.key(Key::Escape);
        desk.focus_log();
        desk.keys(egui::Modifiers::COMMAND, Key::A);
        desk.wait("it measures", |desk| desk.shows("Selected: "));
        desk.harness.run_steps(6);
        nothing_shines_through(&desk, &what("selection"));
        let bar = desk.harness.get_by_role_and_label(Role::Button, "Select nothing").rect();
        let log = desk.harness.get_by_role(Role::Log).rect();
        let below = Rect::from_x_y_ranges(log.x_range(), log.bottom()..=log.bottom() + 40.0).expand(1.0);
        assert!(below.contains_rect(bar), "{}: {bar:?} below {log:?}", what("selection"));
        desk.key(Key::Escape);
        desk.focus_line();
        desk.harness.event(Event::Paste("AT\nAT+CSQ\n".to_owned()));
        desk.harness.run_steps(10);
        assert!(desk.shows("Send what was pasted?"));
        nothing_shines_through(&desk, &what("paste"));
        desk.key(Key::Escape);
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

/// What the menu opens.
const TOOLS: [&str; 16] = [
    "Send file…",
    "Share port…",
    "Find baud…",
    "Open capture…",
    "Export capture…",
    "Edit macros…",
    "Import macros or sketch…",
    "Run a sketch…",
    "Macro as a program…",
    "Signal and timeline",
    "Simulated modem",
    "Arduino Nano: wiring and sketch",
    "USB-TTL adapter: wiring",
    "Handbook…",
    "Keyboard shortcuts",
    "Settings…",
];
