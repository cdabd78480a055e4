//! Messages of a client, both ways.

use super::super::packet::{self, Heard};
use super::{BUFFER, CLIENTS, Mqtt, Outcome, TEXT, Waiting, refused};
use crate::simulator::SocketId;
use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::reply::{Code, Done, Failure};
use crate::simulator::uart::{Ended, Ending, Wait};

impl Mqtt {
    /// The number of the next packet that wants one, the client's socket, and whether the broker took it.
    fn next(&mut self, call: &Call) -> Option<(usize, SocketId, u16)> {
        let (index, client) = self.client(call)?;
        let id = client.socket.filter(|_| client.connected)?;
        client.number = client.number.checked_add(1).unwrap_or(1);
        Some((index, id, client.number))
    }

    pub(super) fn publish(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "(0,1),(0-2),(60-180),(0,1),(0,1)");
        }
        let index = call.size(0).unwrap_or(CLIENTS);
        let quality = u8::try_from(call.size(1).unwrap_or(3)).unwrap_or(3);
        if quality > 2 {
            return refused(desk, "+CMQTTPUB", index, Outcome::BadParameter);
        }
        let Some((index, id, number)) = self.next(call) else {
            return refused(desk, "+CMQTTPUB", index, Outcome::NoConnection);
        };
        let Some(client) = self.clients.get_mut(index) else { return Done::Fail(Failure::Plain) };
        let (topic, payload) = (std::mem::take(&mut client.topic), std::mem::take(&mut client.payload));
        if topic.is_empty() {
            return refused(desk, "+CMQTTPUB", index, Outcome::NoTopic);
        }
        desk.code(Code::Ok);
        if desk.burst() {
            return Done::Gone;
        }
        desk.send(id, packet::publish(&topic, &payload, quality, call.number(3) == Some(1), number));
        if quality == 0 {
            let wait = desk.profile().times.round_trip_ms;
            desk.later(wait, move |_: &mut Self, desk| {
                Self::tell(desk, index, Waiting::Publish(number), Outcome::Fine);
            });
        } else {
            self.wait_for(desk, index, Waiting::Publish(number));
        }
        Done::Silent
    }

    /// `AT+CMQTTSUB=<client>` takes the topic that was typed before; with length and quality it asks for one.
    pub(super) fn subscribe(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "(0,1),(1-1024),(0-2)");
        }
        let index = call.size(0).unwrap_or(CLIENTS);
        let Some((index, id, number)) = self.next(call) else {
            return refused(desk, "+CMQTTSUB", index, Outcome::NoConnection);
        };
        let (length, quality) = (call.size(1), u8::try_from(call.size(2).unwrap_or(0)).unwrap_or(0).min(2));
        if let Some(wanted) = length.filter(|_| call.count() >= 3) {
            let ending = Ending::Length { wanted: wanted.clamp(1, TEXT) };
            let finish = move |mqtt: &mut Self, desk: &mut Desk, _: Ended, data: &[u8]| {
                mqtt.subscribe_to(desk, index, id, number, data, quality)
            };
            return Done::Prompt(Box::new(Wait::inviting(b"\r\n>", ending, finish)));
        }
        let topic = self.clients.get_mut(index).and_then(|client| client.subscription.take());
        match topic {
            Some((topic, quality)) => self.subscribe_to(desk, index, id, number, &topic, quality),
            None => refused(desk, "+CMQTTSUB", index, Outcome::NoTopic),
        }
    }

    fn subscribe_to(
        &mut self,
        desk: &mut Desk,
        index: usize,
        id: SocketId,
        number: u16,
        topic: &[u8],
        quality: u8,
    ) -> Done {
        desk.code(Code::Ok);
        // What a client could take with quality 2 it takes with 1: an acknowledgement, no second step.
        desk.send(id, packet::subscribe(topic, quality.min(1), number));
        self.wait_for(desk, index, Waiting::Subscribe(number));
        Done::Silent
    }

    pub(super) fn unsubscribe(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "(0,1),(1-1024),(0,1)");
        }
        let index = call.size(0).unwrap_or(CLIENTS);
        let Some((index, id, number)) = self.next(call) else {
            return refused(desk, "+CMQTTUNSUB", index, Outcome::NoConnection);
        };
        let send = move |mqtt: &mut Self, desk: &mut Desk, topic: &[u8]| {
            desk.code(Code::Ok);
            desk.send(id, packet::unsubscribe(topic, number));
            mqtt.wait_for(desk, index, Waiting::Unsubscribe(number));
            Done::Silent
        };
        if let Some(wanted) = call.size(1).filter(|_| call.count() >= 3) {
            let ending = Ending::Length { wanted: wanted.clamp(1, TEXT) };
            let finish = move |mqtt: &mut Self, desk: &mut Desk, _: Ended, data: &[u8]| send(mqtt, desk, data);
            return Done::Prompt(Box::new(Wait::inviting(b"\r\n>", ending, finish)));
        }
        let topic = self.clients.get_mut(index).map(|client| std::mem::take(&mut client.unsubscription));
        match topic.filter(|topic| !topic.is_empty()) {
            Some(topic) => send(self, desk, &topic),
            None => refused(desk, "+CMQTTUNSUB", index, Outcome::NoTopic),
        }
    }

    pub(super) fn hear(&mut self, desk: &mut Desk, index: usize, bytes: &[u8]) {
        if let Some(client) = self.clients.get_mut(index) {
            client.received.extend(bytes);
        }
        loop {
            let Some(client) = self.clients.get_mut(index) else { return };
            match packet::read(&client.received) {
                Ok(None) if client.received.len() < BUFFER => return,
                Ok(Some((heard, length))) => {
                    client.received.drain(..length);
                    self.heard(desk, index, heard);
                }
                // No MQTT, or a packet larger than any module takes.
                Ok(None) | Err(packet::NotMqtt) => return self.broken(desk, index, Outcome::Failed),
            }
        }
    }

    fn heard(&mut self, desk: &mut Desk, index: usize, heard: Heard) {
        let socket = self.clients.get(index).and_then(|client| client.socket);
        match heard {
            Heard::Connected(0) => {
                if let Some(client) = self.clients.get_mut(index) {
                    client.connected = true;
                }
                self.done(desk, index, Waiting::Connect, Outcome::Fine);
                self.ping_later(desk, index);
            }
            Heard::Connected(_) => self.broken(desk, index, Outcome::Refused),
            Heard::Published(number) => self.done(desk, index, Waiting::Publish(number), Outcome::Fine),
            Heard::Received(number) => {
                if let Some(id) = socket {
                    desk.send(id, packet::release(number));
                }
            }
            Heard::Subscribed(number, code) => {
                let outcome = if code < 0x80 { Outcome::Fine } else { Outcome::Failed };
                self.done(desk, index, Waiting::Subscribe(number), outcome);
            }
            Heard::Unsubscribed(number) => self.done(desk, index, Waiting::Unsubscribe(number), Outcome::Fine),
            Heard::Message { topic, payload, number } => {
                if let (Some(number), Some(id)) = (number, socket) {
                    desk.send(id, packet::acknowledge(number));
                }
                let mut text = format!("+CMQTTRXSTART: {index},{},{}\r\n", topic.len(), payload.len()).into_bytes();
                text.extend(format!("\r\n+CMQTTRXTOPIC: {index},{}\r\n", topic.len()).into_bytes());
                text.extend(&topic);
                text.extend(format!("\r\n\r\n+CMQTTRXPAYLOAD: {index},{}\r\n", payload.len()).into_bytes());
                text.extend(&payload);
                text.extend(format!("\r\n\r\n+CMQTTRXEND: {index}").into_bytes());
                desk.urc(text);
            }
            Heard::Other => {}
        }
    }
}
