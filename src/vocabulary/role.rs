//! What a command is for: the words of the tables' column `role`, by which dialog and rules know a command of any family.

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident = $word:literal,)*) => {
        /// What a command is for, as far as that changes what the modem does or will say. The word stands in the tables.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub(crate) enum Role {
            $($(#[$doc])* $role,)*
            /// Something else, or not known.
            #[default]
            Other,
        }

        impl Role {
            /// The words of all roles.
            #[cfg(test)]
            pub(super) const WORDS: &[&str] = &[$($word),*];

            /// By its word in the tables.
            pub(super) fn from_word(word: &str) -> Option<Self> {
                Some(match word {
                    "" => Self::Other,
                    $($word => Self::$role,)*
                    _ => return None,
                })
            }
        }
    };
}

roles! {
    /// `AT` alone.
    Attention = "attention",
    /// A letter and a number: echo, verbosity, profiles.
    Basic = "basic",
    /// Takes a call.
    Answer = "answer",
    /// Dials.
    Dial = "dial",
    /// Goes back to data mode.
    Online = "online",
    /// How errors are told.
    Errors = "errors",
    /// Rate of the line.
    Rate = "rate",
    /// Sleep.
    Sleep = "sleep",
    /// Deep sleep between contacts with the network (PSM).
    Saving = "saving",
    /// Multiplexes several channels on one line.
    Multiplexer = "multiplexer",
    /// How much of the modem is on.
    Functions = "functions",
    /// Switches the modem off.
    PowerOff = "power-off",
    /// Who made the modem, which model and release it is.
    Identity = "identity",
    /// The supply voltage.
    Battery = "battery",
    Signal = "signal",
    /// State and PIN of the SIM.
    Sim = "sim",
    /// The satellite receiver.
    Satellites = "satellites",
    /// Flow control of the line.
    Flow = "flow",
    /// The number of the SIM card (ICCID).
    SimNumber = "sim-number",
    Operator = "operator",
    /// Registration for calls and SMS.
    Registration = "registration",
    /// Registration for data, GPRS or LTE.
    DataRegistration = "data-registration",
    /// Attachment to data.
    Attach = "attach",
    /// Activates a PDP context by hand.
    Activate = "activate",
    /// Sets the access point.
    AccessPoint = "access-point",
    /// Opens the data connection.
    ContextOpen = "context-open",
    /// Ends the data connection and all on it.
    ContextClose = "context-close",
    /// Joins a Wi-Fi network.
    Join = "join",
    /// Whether a Wi-Fi module joins networks (1, 3) or is an access point alone (2).
    WifiMode = "wifi-mode",
    /// Shows the own address.
    Address = "address",
    /// Looks up a host.
    LookUp = "look-up",
    /// Opens a connection.
    Open = "open",
    /// Closes a connection.
    Close = "close",
    /// Sends data.
    Send = "send",
    /// Reads received data by hand, or switches that on.
    Receive = "receive",
    /// States of the connections.
    ConnectionState = "connection-state",
    /// Listens for connections.
    Listen = "listen",
    /// One connection or several.
    Multi = "multi",
    /// Transparent mode.
    Transparent = "transparent",
    /// Whether the prompt is shown.
    PromptShown = "prompt-shown",
    /// When a send is answered.
    QuickSend = "quick-send",
    /// A head before received data.
    Head = "head",
    /// Data is sent by a timer.
    TimedSend = "timed-send",
    /// SMS as text or PDU.
    SmsMode = "sms-mode",
    /// Character set of texts.
    Characters = "characters",
    /// Lists SMS.
    SmsList = "sms-list",
    /// Reads an SMS.
    SmsRead = "sms-read",
    /// Sends an SMS.
    SmsSend = "sms-send",
    /// Stores an SMS.
    SmsStore = "sms-store",
    /// Other commands about SMS.
    Sms = "sms",
    /// A code such as `*100#`.
    Ussd = "ussd",
    /// Bearer of HTTP and FTP.
    Bearer = "bearer",
    /// Starts HTTP.
    HttpStart = "http-start",
    /// Ends HTTP.
    HttpEnd = "http-end",
    /// Settings of an HTTP request.
    HttpSetting = "http-setting",
    /// Data of an HTTP request.
    HttpData = "http-data",
    /// Does an HTTP request.
    HttpDo = "http-do",
    /// Reads what HTTP brought.
    HttpRead = "http-read",
    /// Shows a file, or all settings: up to its result it is text.
    Text = "text",
    /// Takes data for a file, a mail, a message or a topic.
    Upload = "upload",
    /// Connects to a broker of MQTT.
    MqttConnect = "mqtt-connect",
    /// Publishes over MQTT.
    MqttPublish = "mqtt-publish",
}

impl Role {
    /// Nothing of the modem's state follows from it.
    #[must_use]
    pub(crate) const fn tells_nothing(self) -> bool {
        matches!(
            self,
            Self::Other | Self::Identity | Self::Ussd | Self::HttpSetting | Self::MqttConnect | Self::MqttPublish
        )
    }

    /// It is refused with `+CMS ERROR`.
    #[must_use]
    pub(crate) const fn is_sms(self) -> bool {
        matches!(self, Self::SmsMode | Self::SmsList | Self::SmsRead | Self::SmsSend | Self::SmsStore | Self::Sms)
    }
}
