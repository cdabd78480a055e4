//! How bytes leave the board: by the processor's own work on a pin, or by a port's interrupt out of its buffer.

use super::port::Waiting;
use super::{Board, Kind, MICROSECOND, Nanos, Port, Way, differ, garbled};
use crate::sketch::origin::Ch;

impl Board {
    /// Sends one byte; returns when the sketch goes on.
    pub(in crate::sketch) fn send(&mut self, number: usize, ch: Ch) {
        let Some(port) = self.ports.get(number) else { return };
        if port.baud.is_none() && !self.lenient && port.kind != Kind::Undeclared {
            // A port that was never begun sends nothing.
            return;
        }
        self.settle();
        let to_modem = self.modem_port == Some(number);
        (self.flood, self.blind) = if to_modem { (0, 0) } else { (self.flood + 1, self.blind + 1) };
        if to_modem {
            self.sent += 1;
            self.told += 1;
        }
        let byte = Waiting { ch, called: self.now, line: self.line };
        let Some(port) = self.ports.get(number) else { return };
        if port.kind.is_half_duplex() {
            self.send_by_hand(number, byte);
        } else if port.has_ring() {
            self.send_by_interrupt(number, byte);
        } else {
            let free = self.put_on_the_line(number, byte, self.now);
            self.wait_until(free);
        }
    }

    /// The processor works the pin itself, with interrupts off up to the stop bit; what comes then prolongs that.
    fn send_by_hand(&mut self, number: usize, byte: Waiting) {
        let start = self.now;
        let Some(length) = self.ports.get(number).map(Port::byte_time) else { return };
        self.put_on_the_line(number, byte, start);
        self.quiet = 0;
        let (on, end) = (start + length * 9 / 10, start + length);
        self.ear.shuts(start, on);
        self.mask(start, on);
        self.wait_until(on.saturating_sub(1));
        self.work(end.saturating_sub(self.now));
    }

    /// The chip's own port of an AVR: into its data register, or into the ring that the interrupt empties. Where that is full
    /// the sketch stands still.
    fn send_by_interrupt(&mut self, number: usize, byte: Waiting) {
        while let Some(port) = self.ports.get(number).filter(|port| port.is_full())
            && let Some(at) = self.next_load(port)
        {
            self.wait_until(at.max(self.now));
        }
        match self.ports.get_mut(number) {
            Some(port) if !port.is_free(self.now) => port.waits(byte),
            _ => {
                self.put_on_the_line(number, byte, self.now);
            }
        }
        self.quiet = 0;
    }

    /// `flush`: all of a port's bytes are out.
    pub(in crate::sketch) fn flush(&mut self, number: usize) {
        while let Some(at) = self.ports.get(number).and_then(|port| self.next_load(port)) {
            self.wait_until(at.max(self.now));
        }
        let free = self.ports.get(number).map_or(0, Port::free_at);
        self.wait_until(free);
    }

    /// A byte leaves as soon as the one before it is out; when another one may follow.
    fn put_on_the_line(&mut self, number: usize, byte: Waiting, now: Nanos) -> Nanos {
        let Some(port) = self.ports.get_mut(number) else { return now };
        let (length, baud) = (port.byte_time(), port.baud);
        let (start, end, free) = port.send(now, length);
        let way = match self.modem_port {
            Some(modem) if modem == number => Way::ToModem,
            _ if port.is_console => Way::Console,
            _ => Way::Elsewhere(number),
        };
        if way == Way::ToModem {
            let wrong = baud.zip(self.modem.baud).is_some_and(|(own, rate)| differ(rate, own));
            // A receiver has a byte in the middle of its stop bit.
            self.modem.queue(end.saturating_sub(length / 20), if wrong { garbled(byte.ch.byte) } else { byte.ch.byte });
            self.quiet = 0;
        }
        self.log(way, &[byte.ch], (byte.called, start, end), byte.line);
        free
    }

    /// The interrupts of the chip's own ports, which take the next bytes out of their buffers: how long they take.
    pub(super) fn load(&mut self) -> Nanos {
        const INTERRUPT: Nanos = 4 * MICROSECOND;
        let mut stolen = 0;
        for number in 0..self.ports.len() {
            while let Some(port) = self.ports.get(number)
                && let Some(at) = self.next_load(port).filter(|at| *at <= self.now)
                && let Some(byte) = self.ports.get_mut(number).and_then(Port::take_waiting)
            {
                self.put_on_the_line(number, byte, at);
                stolen += INTERRUPT;
            }
        }
        stolen
    }

    /// When the interrupt of a port takes the next byte out of its buffer.
    pub(super) fn next_load(&self, port: &Port) -> Option<Nanos> {
        Some(port.next_load()?.max(self.masked))
    }
}
