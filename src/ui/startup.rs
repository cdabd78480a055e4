//! Opening the window, and one helpful line when this system cannot.
//!
//! What the window needs is loaded at run time (measured on Debian 12 by adding one package at a time): a missing libX11
//! or libGL is an error that comes back, a missing libxkbcommon-x11 is a panic inside winit. Both end here.

use std::any::Any;
use std::panic;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use egui::ViewportBuilder;

use super::theme;
use super::window::Window;
use crate::app::{Folders, Start};
use crate::os::{signals, terminal};

/// A further window stands so far from the one it was opened from, in points.
const BESIDE: f32 = 36.0;

const X11: &str = "libx11-6 libxcursor1 libxi6 libx11-xcb1 libxkbcommon-x11-0 libegl1";
const WAYLAND: &str = "libwayland-client0 libwayland-egl1 libxkbcommon0 libegl1";

/// Opens the window and returns when it is closed. Exit code 3 where it cannot be opened.
#[must_use]
pub fn run(start: Start) -> ExitCode {
    terminal::leave_own_console();
    let folders = Folders::of_user();
    let place = Window::remembered_place(&folders);
    let mut viewport = ViewportBuilder::default()
        .with_title("modemscope")
        .with_app_id("modemscope")
        .with_min_inner_size(egui::vec2(480.0, 360.0))
        .with_inner_size(theme::FIRST)
        .with_icon(Arc::new(icon()));
    if let Some([mut x, mut y, width, height]) = place {
        if start.beside {
            (x, y) = (x + BESIDE, y + BESIDE);
        }
        viewport = viewport.with_position([x, y]).with_inner_size([width, height]);
    }
    // There are no gradients: dithering would only cost time, without a graphics card more than all else of a pixel.
    let options = eframe::NativeOptions { viewport, dithering: false, ..eframe::NativeOptions::default() };
    let last_words: Arc<Mutex<Option<String>>> = Arc::default();
    let opened = Arc::new(AtomicBool::new(false));
    catch_words(&last_words, &opened);
    let running = Arc::clone(&opened);
    let result = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        eframe::run_native(
            "modemscope",
            options,
            Box::new(move |creation| {
                running.store(true, Ordering::Relaxed);
                let ended = close_on_signals(&creation.egui_ctx);
                Ok(Box::new(Window::new(&creation.egui_ctx, &start, &folders).ends_with(ended)))
            }),
        )
    }));
    let _ = panic::take_hook();
    let trouble = match result {
        Ok(Ok(())) => return ExitCode::SUCCESS,
        Ok(Err(error)) => error.to_string(),
        Err(payload) => {
            let words = last_words.lock().unwrap_or_else(PoisonError::into_inner).take();
            words.unwrap_or_else(|| words_of(payload.as_ref()))
        }
    };
    if opened.load(Ordering::Relaxed) {
        eprintln!("modemscope: the window broke down: {trouble}");
    } else {
        eprintln!("modemscope: {}", explain(&trouble));
    }
    ExitCode::from(3)
}

/// SIGTERM (the end of the session), SIGINT and SIGHUP close the window as its button does, so that capture and settings are
/// complete. A second one ends the program at once. What is given is true once one came.
fn close_on_signals(ctx: &egui::Context) -> Arc<AtomicBool> {
    let (ctx, came) = (ctx.clone(), Arc::default());
    // Where signals cannot be watched they end the program as they always did; the capture is with the kernel then too.
    let _ = signals::watch(&came, move || {
        ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        ctx.request_repaint();
    });
    came
}

/// Until the window stands a panic is one of winit's about a missing library: keep its words, print none.
fn catch_words(words: &Arc<Mutex<Option<String>>>, opened: &Arc<AtomicBool>) {
    let (words, opened) = (Arc::clone(words), Arc::clone(opened));
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if opened.load(Ordering::Relaxed) {
            usual(info);
        } else {
            *words.lock().unwrap_or_else(PoisonError::into_inner) = Some(words_of(info.payload()));
        }
    }));
}

fn words_of(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| payload.downcast_ref::<&str>().map(|words| (*words).to_owned()))
        .unwrap_or_else(|| "unknown panic".to_owned())
}

/// Says in one line what is missing and how to get it.
fn explain(trouble: &str) -> String {
    let low = trouble.to_lowercase();
    let install = |packages: &str| format!("On Debian: apt-get install {packages}");
    if low.contains("xkbcommon") {
        format!("the window needs libxkbcommon-x11, which is not installed. {}", install("libxkbcommon-x11-0"))
    } else if low.contains("nocompositor")
        || low.contains("neither wayland_display")
        || low.contains("display is not set")
        || low.contains("open connection to x server")
    {
        "there is no display (neither DISPLAY nor WAYLAND_DISPLAY leads to one). Start it in a graphical session, or use \
         the command line: modemscope --help"
            .to_owned()
    } else if low.contains("wayland") && !low.contains("x11") {
        format!("a Wayland library is missing ({trouble}). {}", install(WAYLAND))
    } else if low.contains("glutin") || low.contains("egl") || low.contains("glx") || low.contains("opengl") {
        format!(
            "the window needs OpenGL (EGL), which did not start ({trouble}). {}",
            install("libegl1 libgl1-mesa-dri")
        )
    } else if low.contains("libraryopen") || low.contains("library") || low.contains("xnotsupported") {
        format!("a library of the X Window System is missing ({trouble}). {}", install(X11))
    } else {
        format!(
            "the window could not be opened: {trouble}. It needs, on Debian with X11: {X11}; with Wayland: {WAYLAND}"
        )
    }
}

/// The program's icon: the same that the desktop shows for it.
fn icon() -> egui::IconData {
    // A picture that is part of the program; a test reads it.
    eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icons/modemscope-128.png")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_is_the_one_of_the_desktop() {
        let icon = icon();
        assert_eq!((icon.width, icon.height, icon.rgba.len()), (128, 128, 128 * 128 * 4));
        assert!(icon.rgba.chunks(4).any(|pixel| pixel[3] == 255), "it can be seen");
    }

    #[test]
    fn a_missing_library_is_named_with_its_package() {
        let cases = [
            ("Library libxkbcommon-x11.so could not be loaded.", "libxkbcommon-x11-0"),
            ("WinitEventLoop(Os(OsError { .. XNotSupported(LibraryOpenError(OpenError)) }))", "libx11-6"),
            ("NoGlutinConfigs(ConfigTemplate { .. })", "libegl1"),
            ("neither WAYLAND_DISPLAY nor WAYLAND_SOCKET nor DISPLAY is set.", "no display"),
            ("something else", "libx11-6"),
        ];
        for (trouble, expected) in cases {
            let line = explain(trouble);
            assert!(line.contains(expected), "{trouble}: {line}");
            assert!(!line.contains('\n'));
        }
    }
}
