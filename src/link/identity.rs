//! Which device is the one that was lost. Pure: the decision alone, over what discovery has listed.
//!
//! Never by guess: a device counts as the lost one only when what USB says of it is the same (vendor, product, serial
//! number, interface) or, for adapters without a serial number (CH340, PL2303), when it is the same kind on the same USB
//! path. A device file's name proves nothing: `ttyUSB0` is whoever came first. What cannot be told apart is asked.

/// What is known of a device without opening it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The device file, as it was opened.
    pub path: String,
    /// USB vendor and product id; `None` for what is no USB device (a pty, a built-in UART).
    pub(crate) usb_id: Option<(u16, u16)>,
    /// USB serial number.
    pub(crate) serial_number: Option<String>,
    /// USB interface number, for adapters with several ports.
    pub interface: Option<u8>,
    /// Where it is plugged in, such as `1-4.2`.
    pub(crate) usb_path: Option<String>,
}

impl Identity {
    /// Why it may be another device that is back under its path; `None` where something else tells them apart.
    #[must_use]
    pub(crate) fn doubt(&self) -> Option<&'static str> {
        self.is_path_alone().then_some("only its path is known: nothing tells whether it is the same device")
    }

    /// Says that it is back, by the name that it has for its user.
    #[must_use]
    pub(crate) fn back(&self, name: &str) -> String {
        let doubt = self.doubt().map(|doubt| format!("; {doubt}")).unwrap_or_default();
        format!("{name} is back{doubt}")
    }

    /// Nothing but its path is known of it, which may have been given to another one: a pty, a built-in UART.
    const fn is_path_alone(&self) -> bool {
        self.usb_id.is_none()
    }
}

/// What is to be done about a lost device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is not there.
    Absent,
    /// It is back: this one of the list.
    Back(usize),
    /// One of these may be it; only the user can tell.
    Ask(Vec<usize>),
}

/// Looks for the `lost` device among those that are `present`.
#[must_use]
pub(crate) fn find(lost: &Identity, present: &[Identity]) -> Verdict {
    if lost.is_path_alone() {
        // Not a USB device: its file is all there is. A USB device that took the name over is another one.
        return unique(present, |other| other.usb_id.is_none() && other.path == lost.path);
    }
    let same_kind = |other: &Identity| other.usb_id == lost.usb_id && other.interface == lost.interface;
    if lost.serial_number.is_some() {
        return unique(present, |other| same_kind(other) && other.serial_number == lost.serial_number);
    }
    let nameless = |other: &Identity| same_kind(other) && other.serial_number.is_none();
    let same_place = |other: &Identity| lost.usb_path.is_some() && other.usb_path == lost.usb_path;
    match unique(present, |other| nameless(other) && same_place(other)) {
        // Alike, but plugged in elsewhere: it may have been moved, or it may be another one.
        Verdict::Absent => match indices(present, nameless) {
            alike if alike.is_empty() => Verdict::Absent,
            alike => Verdict::Ask(alike),
        },
        verdict => verdict,
    }
}

fn unique(present: &[Identity], fits: impl Fn(&Identity) -> bool) -> Verdict {
    match indices(present, fits).as_slice() {
        [] => Verdict::Absent,
        [one] => Verdict::Back(*one),
        several => Verdict::Ask(several.to_vec()),
    }
}

fn indices(present: &[Identity], fits: impl Fn(&Identity) -> bool) -> Vec<usize> {
    present.iter().enumerate().filter(|(_, other)| fits(other)).map(|(index, _)| index).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn device(path: &str, usb: Option<(u16, u16)>, serial: Option<&str>, place: &str) -> Identity {
        Identity {
            path: path.into(),
            usb_id: usb,
            serial_number: serial.map(Into::into),
            interface: usb.map(|_| 0),
            usb_path: usb.map(|_| place.to_owned()),
        }
    }

    const FTDI: Option<(u16, u16)> = Some((0x0403, 0x6001));
    const CH340: Option<(u16, u16)> = Some((0x1A86, 0x7523));

    #[test]
    fn a_serial_number_is_found_under_any_name_and_place() {
        let lost = device("/dev/ttyUSB0", FTDI, Some("A1"), "1-1");
        let present =
            [device("/dev/ttyUSB0", FTDI, Some("B2"), "1-1"), device("/dev/ttyUSB1", FTDI, Some("A1"), "1-3")];
        assert_eq!(find(&lost, &present), Verdict::Back(1));
        assert_eq!(find(&lost, &present[..1]), Verdict::Absent);
    }

    #[test]
    fn without_a_serial_number_the_place_decides_and_another_place_is_asked() {
        let lost = device("/dev/ttyUSB0", CH340, None, "1-1");
        let here = device("/dev/ttyUSB1", CH340, None, "1-1");
        let there = device("/dev/ttyUSB0", CH340, None, "1-2");
        assert_eq!(find(&lost, &[there.clone(), here]), Verdict::Back(1));
        assert_eq!(find(&lost, std::slice::from_ref(&there)), Verdict::Ask(vec![0]));
    }

    #[test]
    fn a_name_taken_over_by_another_kind_is_not_it() {
        let lost = device("/dev/ttyUSB0", CH340, None, "1-1");
        assert_eq!(find(&lost, &[device("/dev/ttyUSB0", FTDI, None, "1-1")]), Verdict::Absent);
        let pty = device("/tmp/modem", None, None, "");
        assert_eq!(find(&pty, std::slice::from_ref(&pty)), Verdict::Back(0));
        assert_eq!(find(&pty, &[device("/tmp/modem", FTDI, None, "1-1")]), Verdict::Absent);
    }

    #[test]
    fn two_of_the_same_serial_number_are_asked() {
        let lost = device("/dev/ttyUSB0", FTDI, Some("0001"), "1-1");
        let twin = device("/dev/ttyUSB1", FTDI, Some("0001"), "1-2");
        assert_eq!(find(&lost, &[lost.clone(), twin]), Verdict::Ask(vec![0, 1]));
    }

    fn any_device() -> impl Strategy<Value = Identity> {
        let usb = prop_oneof![Just(None), Just(FTDI), Just(CH340)];
        let serial = prop_oneof![Just(None), Just(Some("A1".to_owned())), Just(Some("B2".to_owned()))];
        (0..4_u8, usb, serial, 0..2_u8, 0..4_u8).prop_map(|(path, usb_id, serial_number, interface, place)| Identity {
            path: format!("/dev/ttyUSB{path}"),
            serial_number: usb_id.and(serial_number),
            interface: usb_id.map(|_| interface),
            usb_path: usb_id.map(|_| format!("1-{place}")),
            usb_id,
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        /// Whatever is plugged in, in whatever order: the device that is taken is never a different one.
        #[test]
        fn never_the_wrong_device(lost in any_device(), present in proptest::collection::vec(any_device(), 0..6)) {
            if let Verdict::Back(index) = find(&lost, &present) {
                let taken = &present[index];
                prop_assert_eq!(taken.usb_id, lost.usb_id);
                prop_assert_eq!(&taken.serial_number, &lost.serial_number);
                prop_assert_eq!(taken.interface, lost.interface);
                let proven = match (lost.usb_id, &lost.serial_number) {
                    (None, _) => taken.path == lost.path,
                    (Some(_), Some(_)) => true,
                    (Some(_), None) => taken.usb_path == lost.usb_path,
                };
                prop_assert!(proven);
                let alike = present.iter().filter(|other| {
                    other.usb_id == taken.usb_id && other.serial_number == taken.serial_number && other.interface == taken.interface
                        && (lost.serial_number.is_some() || other.usb_path == taken.usb_path) && (lost.usb_id.is_some() || other.path == taken.path)
                });
                prop_assert_eq!(alike.count(), 1);
            }
        }
    }
}
