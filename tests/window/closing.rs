//! Closing the window while something is on its way, with a status made by hand.

use std::sync::Arc;
use std::time::Duration;

use egui::{Key, ViewportCommand, ViewportEvent, ViewportId};
use egui_kittest::kittest::Queryable as _;
use modemscope::app::Start;
use modemscope::link::transfer::{Protocol, TransferProgress};
use modemscope::worker::{Phase, RunProgress, SendProgress, Status};

use crate::desk::Desk;

fn open() -> Status {
    Status { phase: Phase::Open { kept: None }, ..Status::default() }
}

fn running() -> Status {
    let mut run = RunProgress::default();
    run.name.push_str("Open TCP");
    Status { run: Some(run), ..open() }
}

fn show(desk: &mut Desk, status: Status) {
    let state = desk.harness.state_mut().state_mut();
    state.port = Some("sim:".to_owned());
    state.status = Arc::new(status);
    desk.frames();
}

/// What the button of the window's frame does; true where the window stays for it.
fn close(desk: &mut Desk) -> bool {
    let viewports = &mut desk.harness.input_mut().viewports;
    viewports.entry(ViewportId::ROOT).or_default().events.push(ViewportEvent::Close);
    desk.harness.step();
    let stays = asked_for(desk, &ViewportCommand::CancelClose);
    desk.frames();
    stays
}

fn asked_for(desk: &Desk, command: &ViewportCommand) -> bool {
    let root = desk.harness.output().viewport_output.get(&ViewportId::ROOT);
    root.is_some_and(|root| root.commands.contains(command))
}

#[test]
fn a_window_with_nothing_on_its_way_just_closes() {
    let mut desk = Desk::new(&Start::default());
    assert!(!close(&mut desk));
    show(&mut desk, open());
    assert!(!close(&mut desk) && !desk.shows("Close before it is done?"));
}

#[test]
fn what_would_not_be_sent_is_said_and_goes_on_unless_it_is_told_again() {
    let mut desk = Desk::new(&Start::default());
    show(&mut desk, running());
    assert!(close(&mut desk) && desk.shows("“Open TCP” is running: what is left of it would not be done."));
    desk.key(Key::Enter);
    assert!(!desk.shows("Close before it is done?"), "Enter lets it go on");
    assert!(close(&mut desk));
    desk.key(Key::Escape);
    assert!(!desk.shows("Close before it is done?"), "and so does Esc");
    assert!(close(&mut desk));
    assert!(!close(&mut desk), "who wants it twice has it");
    desk.harness.run_steps(2);
    desk.harness.get_by_label("Close now").click();
    desk.harness.step();
    assert!(asked_for(&desk, &ViewportCommand::Close));
}

#[test]
fn it_is_said_how_far_a_file_and_a_send_that_is_held_up_have_got() {
    let mut desk = Desk::new(&Start::default());
    let sending = SendProgress { taken: 3, total: 14, stalled: Duration::from_secs(12) };
    show(&mut desk, Status { sending: Some(sending), ..open() });
    assert!(close(&mut desk) && desk.shows("3 of 14 bytes have gone out; the line is held up for 12 s."));
    let file = TransferProgress {
        number: 1,
        file: "all.bin".to_owned(),
        protocol: Protocol::Raw,
        taken: 1024,
        total: 20_000,
        end: None,
    };
    show(&mut desk, Status { transfer: Some(Arc::new(file)), sending: Some(sending), ..open() });
    assert!(desk.shows("all.bin is being sent: 1,024 of 20,000 bytes have gone out."));
    assert!(!desk.shows("3 of 14 bytes have gone out"), "one thing is said once");
    show(&mut desk, open());
    assert!(desk.shows("All of it is done now") && desk.offers("Keep it open"));
}
