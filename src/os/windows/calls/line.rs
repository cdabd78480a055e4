//! The calls that a serial device takes: its settings, its modem lines, what its driver noted.

use std::fs::File;
use std::io;
use std::mem::zeroed;
use std::os::windows::io::AsRawHandle as _;

use windows_sys::Win32::Devices::Communication::{
    CLRBREAK, CLRDTR, CLRRTS, COMMTIMEOUTS, COMSTAT, ClearCommError, DCB, EscapeCommFunction, GetCommModemStatus,
    GetCommState, SETBREAK, SETDTR, SETRTS, SetCommState, SetCommTimeouts, SetupComm,
};
use windows_sys::Win32::Storage::FileSystem::QueryDosDeviceW;

use super::done;
use crate::os::dcb::Dcb;

fn plain_dcb(file: &File) -> io::Result<DCB> {
    // SAFETY: all zero is a DCB; its length says which.
    let mut dcb: DCB = unsafe { zeroed() };
    dcb.DCBlength = u32::try_from(size_of::<DCB>()).unwrap_or(0);
    // SAFETY: `dcb` lives for the call and has its length in it.
    done(unsafe { GetCommState(file.as_raw_handle(), &raw mut dcb) })?;
    Ok(dcb)
}

/// The settings that hold.
pub(in crate::os::windows) fn dcb(file: &File) -> io::Result<Dcb> {
    let dcb = plain_dcb(file)?;
    Ok(Dcb {
        baud: dcb.BaudRate,
        flags: dcb._bitfield,
        byte_size: dcb.ByteSize,
        parity: dcb.Parity,
        stop_bits: dcb.StopBits,
        xon: dcb.XonChar.cast_unsigned(),
        xoff: dcb.XoffChar.cast_unsigned(),
    })
}

/// Sets all of them at once; what is not in [`Dcb`] stays.
pub(in crate::os::windows) fn set_dcb(file: &File, wished: &Dcb) -> io::Result<()> {
    let mut dcb = plain_dcb(file)?;
    dcb.BaudRate = wished.baud;
    dcb._bitfield = wished.flags;
    dcb.ByteSize = wished.byte_size;
    dcb.Parity = wished.parity;
    dcb.StopBits = wished.stop_bits;
    dcb.XonChar = wished.xon.cast_signed();
    dcb.XoffChar = wished.xoff.cast_signed();
    // SAFETY: `dcb` lives for the call and has its length in it.
    done(unsafe { SetCommState(file.as_raw_handle(), &raw const dcb) })
}

/// A read ends when all it asked for is there and not before, and buffers are large where the driver heeds that.
pub(in crate::os::windows) fn set_up(file: &File, buffers: u32) -> io::Result<()> {
    // SAFETY: only numbers are passed. A driver that does not heed it is as good.
    unsafe { SetupComm(file.as_raw_handle(), buffers, buffers) };
    let none = COMMTIMEOUTS {
        ReadIntervalTimeout: 0,
        ReadTotalTimeoutMultiplier: 0,
        ReadTotalTimeoutConstant: 0,
        WriteTotalTimeoutMultiplier: 0,
        WriteTotalTimeoutConstant: 0,
    };
    // SAFETY: `none` lives for the call.
    done(unsafe { SetCommTimeouts(file.as_raw_handle(), &raw const none) })
}

/// Errors since the last call (`CE_…`), and bytes that wait: received, to be sent.
pub(in crate::os::windows) fn comm_error(file: &File) -> io::Result<(u32, usize, usize)> {
    let mut errors = 0;
    // SAFETY: all zero is a COMSTAT.
    let mut status: COMSTAT = unsafe { zeroed() };
    // SAFETY: both live for the call.
    done(unsafe { ClearCommError(file.as_raw_handle(), &raw mut errors, &raw mut status) })?;
    let size = |count| usize::try_from(count).unwrap_or(0);
    Ok((errors, size(status.cbInQue), size(status.cbOutQue)))
}

/// CTS, DSR, ring and carrier, as `MS_…_ON` say them.
pub(in crate::os::windows) fn modem_status(file: &File) -> io::Result<u32> {
    let mut status = 0;
    // SAFETY: `status` lives for the call.
    done(unsafe { GetCommModemStatus(file.as_raw_handle(), &raw mut status) })?;
    Ok(status)
}

fn escape(file: &File, function: u32) -> io::Result<()> {
    // SAFETY: only a number is passed.
    done(unsafe { EscapeCommFunction(file.as_raw_handle(), function) })
}

pub(in crate::os::windows) fn set_dtr(file: &File, on: bool) -> io::Result<()> {
    escape(file, if on { SETDTR } else { CLRDTR })
}

pub(in crate::os::windows) fn set_rts(file: &File, on: bool) -> io::Result<()> {
    escape(file, if on { SETRTS } else { CLRRTS })
}

pub(in crate::os::windows) fn set_break(file: &File, on: bool) -> io::Result<()> {
    escape(file, if on { SETBREAK } else { CLRBREAK })
}

/// The driver's device behind a name such as `COM5`: `\Device\Silabser0`.
pub(in crate::os::windows) fn inside(name: &str) -> Option<String> {
    let name: Vec<u16> = name.encode_utf16().chain([0]).collect();
    let mut found = [0; 260];
    // SAFETY: the name ends with a zero; no more is written than there is room for.
    let length = unsafe { QueryDosDeviceW(name.as_ptr(), found.as_mut_ptr(), 260) };
    let found = found.get(..usize::try_from(length).ok()?)?;
    // Several end with a zero each: the first is the one that holds.
    let first = found.split(|unit| *unit == 0).next().filter(|first| !first.is_empty())?;
    Some(String::from_utf16_lossy(first))
}
