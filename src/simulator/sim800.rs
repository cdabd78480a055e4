//! What only a SIM800L has: TCP/IP by `CIPSTART`, its bearer, FTP, its files, mail and MMS, lamps and sounds; and
//! the receiver of satellites of its sisters, SIM868 and SIM808.

mod bearer;
mod extras;
mod files;
mod ftp;
mod ip;
mod location;
mod refused;
mod satellites;
mod ssl;

use super::http;
use super::part::Part;
use super::profile::{Gnss, Profile};

/// The parts that make it one, and those of a SIM868 or SIM808.
pub(super) fn parts(profile: &Profile) -> Vec<Box<dyn Part>> {
    let mut parts: Vec<Box<dyn Part>> = vec![
        Box::new(ip::Ip::default()),
        Box::new(bearer::Bearer::default()),
        Box::new(http::Http::default()),
        Box::new(files::Files::default()),
        Box::new(ssl::Ssl::default()),
        Box::new(ftp::Ftp::default()),
        Box::new(location::Location),
        Box::new(refused::Refused),
        Box::new(extras::Extras),
    ];
    if profile.gnss != Gnss::None {
        parts.push(Box::new(satellites::Satellites::new(profile.gnss)));
    }
    parts
}
