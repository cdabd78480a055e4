//! The least that a window of our kind can be: it draws how many bytes came, and is drawn at once when one comes. What the
//! real window is compared with by `benches/latency.py`.
#![allow(clippy::disallowed_methods, reason = "a thread that reads")]
#![allow(clippy::expect_used, reason = "a measurement that cannot be made ends here")]

use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

struct Bare(Arc<AtomicU64>);

impl eframe::App for Bare {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        egui::CentralPanel::default().show(ui, |ui| {
            ui.label(format!("{} bytes", self.0.load(Ordering::Relaxed)));
        });
    }
}

fn main() {
    let path = std::env::args().nth(1).expect("the device to read");
    let viewport = egui::ViewportBuilder::default().with_inner_size([1280.0, 820.0]).with_title("bare window");
    let options = eframe::NativeOptions { viewport, ..eframe::NativeOptions::default() };
    let start = move |creation: &eframe::CreationContext<'_>| {
        let (count, ctx) = (Arc::new(AtomicU64::new(0)), creation.egui_ctx.clone());
        let theirs = Arc::clone(&count);
        let mut device = std::fs::File::open(path).expect("the device opens");
        let read = move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = device.read(&mut buffer) {
                theirs.fetch_add(length as u64, Ordering::Relaxed);
                ctx.request_repaint();
            }
        };
        std::thread::Builder::new().name("reader".into()).spawn(read).expect("a thread");
        Ok(Box::new(Bare(count)) as Box<dyn eframe::App>)
    };
    eframe::run_native("bare window", options, Box::new(start)).expect("a window");
}
