//! `modemscope demo`: the main job without hardware.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use crossbeam_channel::{Receiver, bounded};

use super::common::Line;
use super::exit::{CommandResult, Exit, finish};
use super::running::{Show, run_macros};
use super::say::say;
use super::{LineOptions, Outcome};
use crate::app::Start;
use crate::app::book;
use crate::link::News;
use crate::link::test_server::{TestServer, Visitor};
use crate::macros::runner::Values;
use crate::macros::{Macro, file};
use crate::notation;
use crate::os::terminal;

/// Where the story's server listens.
const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9999);

/// What is run, from the book that comes with the program.
const JOB: [&str; 3] = ["SIM and signal", "Open TCP", "CIPSEND + text + 1A"];

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// The text to send.
    #[arg(long, default_value = "hello", allow_hyphen_values = true)]
    pub text: String,
    /// Stay in the terminal, even where there is a display.
    #[arg(long)]
    pub terminal: bool,
}

impl Demo {
    /// The window where there is a display, the main job in the terminal otherwise.
    pub fn run(self) -> Outcome {
        if !self.terminal && terminal::has_display() {
            return Outcome::Window(Start { demo: Some(self.text), ..Start::default() });
        }
        Outcome::Exit(finish(in_terminal(&self.text)))
    }
}

fn in_terminal(text: &str) -> CommandResult {
    let (bell, rung) = bounded(1);
    let news: News = Arc::new(move || {
        // A full bell is already ringing.
        let _ = bell.try_send(());
    });
    let server = start_server(news)?;
    let address = server.address();
    say(format!("A test server listens on {address}. A simulated SIM800L is switched on."));
    let line = Line::open("sim:", &LineOptions::default(), None, None)?;
    let mut show = Show::new(&line, false);
    let values = Values::from([
        ("host".to_owned(), address.ip().to_string()),
        ("port".to_owned(), address.port().to_string()),
        ("text".to_owned(), text.to_owned()),
    ]);
    let outcome = run_macros(&line, job()?, values, &mut show)?;
    show.finish();
    let findings = line.status().findings.clone();
    outcome.judge(&JOB.map(str::to_owned), &findings)?;
    let visitor = received(&server, &rung, text.len() as u64);
    line.close();
    let Some(visitor) = visitor else {
        return Err(Exit::modem("SEND OK came, but nobody connected to the test server"));
    };
    say(format!("The server got {} bytes from {}: {}", visitor.total, visitor.peer, notation::print(&visitor.bytes)));
    if visitor.bytes != text.as_bytes() {
        return Err(Exit::modem(format!("that is not the text; sent was {}", notation::print(text.as_bytes()))));
    }
    say("That is the text, without the byte 1A that ended it.");
    Ok(())
}

/// On the story's port, or on a free one where that is taken.
fn start_server(news: News) -> Result<TestServer, Exit> {
    let free = SocketAddr::new(ADDRESS.ip(), 0);
    match TestServer::start(ADDRESS, Arc::clone(&news)) {
        Ok(server) => Ok(server),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            say(format!("Port {} is in use by another program; taking a free one.", ADDRESS.port()));
            Ok(TestServer::start(free, news).context("test server")?)
        }
        Err(error) => Err(Exit::trouble(format!("test server on {ADDRESS}: {error}"))),
    }
}

fn job() -> Result<Vec<Macro>, Exit> {
    let book = file::parse(book::DEFAULT).map_err(Exit::trouble)?;
    let named = |name: &str| book.macros.iter().find(|what| what.name == name).cloned();
    JOB.iter().map(|name| named(name).ok_or_else(|| Exit::trouble(format!("the book lacks `{name}`")))).collect()
}

/// Waits until the server has all bytes; the modem's `SEND OK` may be ahead of the server's thread.
fn received(server: &TestServer, rung: &Receiver<()>, length: u64) -> Option<Visitor> {
    let patience = crossbeam_channel::after(std::time::Duration::from_secs(5));
    loop {
        let visitor = server.visitors().pop();
        if visitor.as_ref().is_some_and(|visitor| visitor.total >= length) {
            return visitor;
        }
        crossbeam_channel::select! {
            recv(rung) -> _ => {}
            recv(patience) -> _ => return visitor,
        }
    }
}
