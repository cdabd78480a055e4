//! What only a SIM800L has: TCP/IP by `CIPSTART`, its bearer, FTP, its files, mail and MMS, lamps and sounds.

mod bearer;
mod extras;
mod files;
mod ftp;
mod ip;
mod location;
mod refused;

use super::http;
use super::part::Part;

/// The parts that make it one.
pub(super) fn parts() -> Vec<Box<dyn Part>> {
    vec![
        Box::new(ip::Ip::default()),
        Box::new(bearer::Bearer::default()),
        Box::new(http::Http::default()),
        Box::new(files::Files::default()),
        Box::new(ftp::Ftp::default()),
        Box::new(location::Location),
        Box::new(refused::Refused),
        Box::new(extras::Extras),
    ]
}
