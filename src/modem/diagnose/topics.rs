//! What commands, results and the modem's words are about, roughly: by it rules say which of them they hear.

use crate::modem::dialog::said::Said;
use crate::vocabulary::Role;

/// Topics, as bits.
pub(super) type Topics = u16;

/// The connections themselves: opened, refused, closed, how many.
pub(super) const CONNECTION: Topics = 1;
/// The data connection that they stand on.
pub(super) const CONTEXT: Topics = 1 << 1;
/// Data that goes out.
pub(super) const SEND: Topics = 1 << 2;
/// Data that comes in.
pub(super) const RECEIVE: Topics = 1 << 3;
/// Calls, for voice and data.
pub(super) const CALL: Topics = 1 << 4;
/// The modem starts, goes off, sleeps; how its line is set.
pub(super) const START: Topics = 1 << 5;
/// Its supply.
pub(super) const SUPPLY: Topics = 1 << 6;
/// The SIM card.
pub(super) const SIM: Topics = 1 << 7;
/// The mobile network: registration, operator.
pub(super) const NETWORK: Topics = 1 << 8;
/// Messages.
pub(super) const SMS: Topics = 1 << 9;
/// HTTP and the bearer of its own.
pub(super) const HTTP: Topics = 1 << 10;
/// How something went that no other topic names: it worked, it failed, it is refused.
pub(super) const OUTCOME: Topics = 1 << 11;
/// The states of connections and data connection, when they are asked for.
pub(super) const STATE: Topics = 1 << 12;
/// Anything else.
pub(super) const OTHER: Topics = 1 << 13;
/// How strong the network is heard: nothing is asked more often.
pub(super) const SIGNAL: Topics = 1 << 14;
/// All of them.
pub(super) const ALL: Topics = (1 << 15) - 1;

/// What a command and its result are about.
pub(super) const fn of_command(role: Role) -> Topics {
    match role {
        Role::Open | Role::Close | Role::Listen | Role::Multi => CONNECTION,
        Role::Attach | Role::Activate | Role::AccessPoint | Role::ContextOpen | Role::ContextClose | Role::Address => {
            CONTEXT
        }
        Role::Send | Role::Transparent | Role::PromptShown | Role::QuickSend | Role::TimedSend => SEND,
        Role::Receive | Role::Head => RECEIVE,
        Role::Answer | Role::Dial | Role::Online => CALL,
        Role::Sleep | Role::Saving | Role::Flow | Role::Rate | Role::Multiplexer | Role::Functions | Role::PowerOff => {
            START
        }
        Role::Battery => SUPPLY,
        Role::Sim | Role::SimNumber => SIM,
        Role::Signal => SIGNAL,
        Role::Operator | Role::Registration | Role::DataRegistration => NETWORK,
        Role::SmsMode
        | Role::Characters
        | Role::SmsList
        | Role::SmsRead
        | Role::SmsSend
        | Role::SmsStore
        | Role::Sms => SMS,
        Role::Bearer
        | Role::HttpStart
        | Role::HttpEnd
        | Role::HttpSetting
        | Role::HttpData
        | Role::HttpDo
        | Role::HttpRead => HTTP,
        Role::ConnectionState => STATE,
        Role::Attention
        | Role::Basic
        | Role::Errors
        | Role::Identity
        | Role::Satellites
        | Role::Join
        | Role::WifiMode
        | Role::LookUp
        | Role::Ussd
        | Role::Text
        | Role::Upload
        | Role::MqttConnect
        | Role::MqttPublish
        | Role::Other => OTHER,
    }
}

/// What a line of the modem is about.
pub(super) const fn of_said(said: Said) -> Topics {
    match said {
        Said::ConnectOk(_)
        | Said::ConnectFail(_)
        | Said::AlreadyConnect(_)
        | Said::CloseOk(_)
        | Said::Closed(_)
        | Said::Mux(_) => CONNECTION,
        Said::ShutOk
        | Said::ContextOpen
        | Said::ContextFailed
        | Said::ContextClosed
        | Said::PdpDeact
        | Said::Attached(_)
        | Said::Address => CONTEXT,
        Said::SendOk | Said::SendFail | Said::SendLimit(_) | Said::Download | Said::Upload(_) => SEND,
        Said::Counted(_)
        | Said::Ipd(_)
        | Said::Receive(_)
        | Said::RxWaiting
        | Said::RxData(_)
        | Said::RxEmpty
        | Said::RxCount => RECEIVE,
        Said::Connect | Said::CallEnd | Said::CallTaken | Said::Ring => CALL,
        Said::Rdy | Said::Greeting | Said::Cfun(_) | Said::CallReady | Said::SmsReady | Said::PowerDown => START,
        Said::UnderVoltage(_) | Said::OverVoltage(_) | Said::Cbc(_) => SUPPLY,
        Said::Cpin(_) => SIM,
        Said::Csq(_) => SIGNAL,
        Said::Registration(..) | Said::Operator(_) | Said::Forbidden => NETWORK,
        Said::Stored
        | Said::SmsHead
        | Said::SmsPushed
        | Said::SmsStore { .. }
        | Said::TextInDigits
        | Said::Cmgf(_)
        | Said::PlainTexts(_) => SMS,
        Said::HttpAction(_) | Said::BearerOpen | Said::TurnedDown => HTTP,
        Said::Ok
        | Said::Error
        | Said::Cme(_)
        | Said::Cms(_)
        | Said::Busy
        | Said::Worked
        | Said::Failed
        | Said::Reason
        | Said::Trouble => OUTCOME,
        Said::State(_) => STATE,
        Said::Cmee(_)
        | Said::Position { .. }
        | Said::Receiver { .. }
        | Said::Clock { .. }
        | Said::Ussd(..)
        | Said::Digit(_)
        | Said::Info
        | Said::Unknown => OTHER,
    }
}

/// The line tells a value, and nothing has changed by it.
pub(super) fn is_value(said: Said) -> bool {
    matches!(
        said,
        Said::Csq(_)
            | Said::Registration(..)
            | Said::Operator(_)
            | Said::Cbc(_)
            | Said::Attached(_)
            | Said::Cmee(_)
            | Said::Cmgf(_)
            | Said::PlainTexts(_)
            | Said::Mux(_)
            | Said::SendLimit(_)
            | Said::Counted(_)
            | Said::Ipd(_)
            | Said::Receive(_)
            | Said::RxData(_)
            | Said::RxCount
            | Said::SmsHead
            | Said::SmsPushed
    )
}
