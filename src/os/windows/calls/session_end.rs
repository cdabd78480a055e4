//! Word from the system that the user logs off, that the machine shuts down, or that somebody asks the program to end
//! (`taskkill`). A program that could have windows is not told of these by its console; it is told by messages to its windows.
//! So there is one that is never shown, as Microsoft advises for programs with a console (`SetConsoleCtrlHandler`, Remarks).

use std::io;
use std::ptr::{null, null_mut};
use std::sync::OnceLock;

use windows_sys::Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use windows_sys::Win32::System::LibraryLoader::GetModuleHandleW;
use windows_sys::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, DispatchMessageW, GetMessageW, MSG, RegisterClassW, WM_CLOSE, WM_ENDSESSION,
    WNDCLASSW,
};
use windows_sys::w;

/// What the system said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::os::windows) enum Word {
    /// The user logs off, or the machine shuts down: the program ends when the call returns.
    SessionEnds,
    /// Somebody asks the program to end.
    Close,
}

/// A window's procedure is called with nothing of ours: who listens stands here.
static LISTENER: OnceLock<fn(Word)> = OnceLock::new();

/// Listens until the program ends, and tells `listener`.
///
/// # Errors
/// Where no window can be made: then nobody is told, and the system ends the program as it ends any other.
pub(in crate::os::windows) fn listen(listener: fn(Word)) -> io::Result<()> {
    LISTENER.get_or_init(|| listener);
    let name = w!("modemscope: end of the session");
    // SAFETY: no name is null: the program itself.
    let instance = unsafe { GetModuleHandleW(null()) };
    let class =
        WNDCLASSW { lpfnWndProc: Some(on_message), hInstance: instance, lpszClassName: name, ..WNDCLASSW::default() };
    // SAFETY: the class lives for the call, its name and its procedure for ever.
    if unsafe { RegisterClassW(&raw const class) } == 0 {
        return Err(io::Error::last_os_error());
    }
    // A window that only takes messages (HWND_MESSAGE) would not get these.
    // SAFETY: the class is there, and nothing is passed on to the procedure.
    let window = unsafe { CreateWindowExW(0, name, name, 0, 0, 0, 0, 0, null_mut(), null_mut(), instance, null()) };
    if window.is_null() {
        return Err(io::Error::last_os_error());
    }
    let mut message = MSG::default();
    // SAFETY: `message` lives for the calls; this thread has the window.
    while unsafe { GetMessageW(&raw mut message, null_mut(), 0, 0) } > 0 {
        // SAFETY: it was just got.
        unsafe { DispatchMessageW(&raw const message) };
    }
    Ok(())
}

unsafe extern "system" fn on_message(window: HWND, message: u32, wparam: WPARAM, lparam: LPARAM) -> LRESULT {
    let word = match message {
        // Nobody has objected.
        WM_ENDSESSION if wparam != 0 => Word::SessionEnds,
        WM_CLOSE => Word::Close,
        // SAFETY: what came is handed on.
        _ => return unsafe { DefWindowProcW(window, message, wparam, lparam) },
    };
    if let Some(listener) = LISTENER.get() {
        listener(word);
    }
    0
}
