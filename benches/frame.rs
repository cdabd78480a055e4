//! What a frame costs: update, layout and tessellation of the whole window, without drawing it. A log of a hundred thousand
//! rows, still and then scrolled; and connected to a port (a pty) that is flooded at full speed, following. `cargo bench --features
//! inspection --bench frame`.
#![allow(clippy::disallowed_methods, reason = "it measures real time")]
#![allow(clippy::expect_used, clippy::panic, reason = "a measurement that cannot be made ends here")]

#[cfg(unix)]
#[path = "window/prompting.rs"]
mod prompting;

use std::time::{Duration, Instant};

use egui::{Event, Modifiers, MouseWheelUnit, Pos2, RawInput, Rect, Vec2};
use modemscope::app::{Folders, Start};
use modemscope::ui::Window;

/// Frames of each measurement.
const FRAMES: usize = 500;
const SIZE: Vec2 = Vec2::new(1280.0, 800.0);

fn main() {
    let log = tempfile::Builder::new().suffix(".txt").tempfile().expect("a file");
    let lines: Vec<String> = (0..100_000).map(|row| format!("< +CSQ: {},0 seq={row:08}\\r\\n", row % 32)).collect();
    std::fs::write(log.path(), lines.join("\n")).expect("written");
    let start = Start { port: Some(log.path().display().to_string()), ..Start::default() };

    let ctx = egui::Context::default();
    Window::install(&ctx);
    let mut window = Window::new(&ctx, &start, &Folders::default());
    let deadline = Instant::now() + Duration::from_secs(30);
    while !shows(&frame(&ctx, &mut window, Vec::new()), "seq=00000010") {
        assert!(Instant::now() < deadline, "the log is shown");
        std::thread::yield_now();
    }
    report("still", (0..FRAMES).map(|_| timed(&ctx, &mut window, Vec::new())).collect());
    let wheel = || {
        let over_the_log = Event::PointerMoved(Pos2::new(400.0, 300.0));
        let turn = Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: Vec2::new(0.0, -40.0),
            modifiers: Modifiers::NONE,
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
        };
        vec![over_the_log, turn]
    };
    report("scrolled by 40 points each", (0..FRAMES).map(|_| timed(&ctx, &mut window, wheel())).collect());
    drop(window);
    #[cfg(unix)]
    flooded();
}

/// The log follows a port that brings bytes as fast as they are taken, on a computer that is busy with them.
#[cfg(unix)]
fn flooded() {
    let modem = prompting::Modem::start(prompting::talk());
    let start = Start { port: Some(modem.path.clone()), ..Start::default() };
    let ctx = egui::Context::default();
    Window::install(&ctx);
    let data = tempfile::tempdir().expect("a folder");
    let folders = Folders { config: None, data: Some(data.path().to_owned()) };
    let mut window = Window::new(&ctx, &start, &folders);
    let deadline = Instant::now() + Duration::from_secs(30);
    while !shows(&frame(&ctx, &mut window, Vec::new()), "64 bytes a line") {
        assert!(Instant::now() < deadline, "the flood is shown");
        std::thread::yield_now();
    }
    let one = |_| {
        std::thread::sleep(Duration::from_millis(16));
        timed(&ctx, &mut window, Vec::new())
    };
    report("following a flood", (0..FRAMES).map(one).collect());
}

/// One frame; its shapes, tessellated.
fn frame(ctx: &egui::Context, window: &mut Window, events: Vec<Event>) -> egui::FullOutput {
    let input = RawInput { screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)), events, ..RawInput::default() };
    let mut output = ctx.run_ui(input, |ui| {
        window.logic(&ui.ctx().clone());
        window.ui(ui);
    });
    // Nobody uploads the textures here.
    output.textures_delta.clear();
    output
}

fn timed(ctx: &egui::Context, window: &mut Window, events: Vec<Event>) -> Duration {
    let began = Instant::now();
    let output = frame(ctx, window, events);
    let primitives = ctx.tessellate(output.shapes, output.pixels_per_point);
    assert!(!primitives.is_empty(), "something is drawn");
    began.elapsed()
}

fn shows(output: &egui::FullOutput, words: &str) -> bool {
    output.shapes.iter().any(|shape| match &shape.shape {
        egui::Shape::Text(text) => text.galley.text().contains(words),
        _ => false,
    })
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    println!("{what}: median {:?}, 99 % {:?}, worst {:?}", at(50), at(99), times.last().copied().unwrap_or_default());
}
