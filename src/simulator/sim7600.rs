//! What only a SIM7600 has: TCP/IP by `NETOPEN` and `CIPOPEN`, TLS sockets by `CCHOPEN`, MQTT, FTP by `CFTPS…`.

mod cch;
mod extras;
mod ftp;
mod links;
mod mqtt;
mod net;
mod packet;
mod ping;
mod receive;
mod send;
mod server;
mod signal_report;
mod ssl;
mod transparent;

use super::http;
use super::part::Part;

/// The parts that make it one.
pub(super) fn parts() -> Vec<Box<dyn Part>> {
    vec![
        Box::new(net::Net::default()),
        Box::new(ssl::Ssl),
        Box::new(cch::Cch::default()),
        Box::new(http::Http::default()),
        Box::new(mqtt::Mqtt::default()),
        Box::new(extras::Extras::default()),
        Box::new(ping::Ping::default()),
        Box::new(ftp::Ftp::default()),
        Box::new(signal_report::SignalReport::default()),
    ]
}
