// modemscope passthrough: an Arduino Nano as the cable between the PC and a SIM800L modem.
//
//     PC --USB-- Nano D7 --1k--+-- RXD modem      The Nano sends with 5 V, the modem takes 2.8 V: the two resistors
//                             1k2                 (1 kOhm and 1.2 kOhm) divide it down. Without them the modem may
//                              |                  be damaged.
//                Nano GND -----+-- GND modem      (and GND of the modem's supply)
//                Nano D8 --------- TXD modem      No resistors in this direction.
//
// The modem needs a supply of its own, 3.4 to 4.4 V that can give 2 A for a moment. The Nano's 5V pin cannot.
//
// What to do: choose Tools > Board > Arduino Nano, press Upload, close the IDE's serial monitor, open the port in
// modemscope with 115200 baud. If the modem's answers are garbled, it does not talk at 9600 baud: set MODEM_BAUD to its
// speed, or tell it AT+IPR=9600 once.
//
// What comes in on one side goes out on the other, all 256 values, both directions at the same time, and nothing else:
// this sketch never prints anything itself. It needs no library. Compared with the usual SoftwareSerial sketch it does
// not go deaf while it sends, so echo, late answers and 1460 bytes of data in one go all arrive whole.

// ---- What you may change ------------------------------------------------------------------------------------------

const long PC_BAUD = 115200;    // The speed to choose in modemscope.
const long MODEM_BAUD = 9600;   // The speed of the modem. 9600 leaves the most room for error.

// ---- How it works -------------------------------------------------------------------------------------------------
//
// The Nano has one serial port in hardware; the USB side uses it ("Serial"). The modem's side is made by a timer that
// calls the function ISR(TIMER1_COMPA_vect) three times during each bit. Every call looks at D8 once and sets D7 once.
//
//     the line D8   ^^^^^^|_______|       |       |  ...  |       |^^^^^^^
//     means         quiet   start   bit 0   bit 1   ...     bit 7   stop
//     calls               . x .   . x .   . x .     ...   . x .   . x .
//
// The first call that finds the line low begins a byte. The calls marked x are the ones that count: the next one, then
// every third, so each bit is read near its middle, and the modem's clock may be off by 3 percent.

#if !defined(__AVR_ATmega328P__) || F_CPU != 16000000L
#error "This sketch is for a Nano with ATmega328P at 16 MHz: choose Tools > Board > Arduino Nano."
#endif

static_assert(MODEM_BAUD >= 300 && MODEM_BAUD <= 19200, "MODEM_BAUD must be from 300 to 19200: more is too fast for this timer.");
static_assert(PC_BAUD >= MODEM_BAUD, "PC_BAUD must not be below MODEM_BAUD: the modem's answers would not fit through.");
static_assert(PC_BAUD <= 250000, "PC_BAUD must not be above 250000.");

// The hardware port divides 2 MHz by a whole number. This is what comes out, and it may be off by 2.5 percent at most.
const long PC_BAUD_REAL = F_CPU / 8 / ((F_CPU / 4 / PC_BAUD - 1) / 2 + 1);
static_assert(PC_BAUD_REAL * 40 >= PC_BAUD * 39 && PC_BAUD_REAL * 40 <= PC_BAUD * 41,
              "The Nano cannot make this PC_BAUD. Take 9600, 19200, 38400, 57600, 115200 or 250000.");

// Processor clocks from one call of the timer to the next, rounded.
const uint16_t TIMER_CLOCKS = (F_CPU + 3 * MODEM_BAUD / 2) / (3 * MODEM_BAUD);

// The PC sends twelve times faster than the modem takes. What cannot go out yet waits in this ring: enough for a command
// and the 1460 bytes and 0x1A that follow AT+CIPSEND, in one go. (The IDE may say that little memory is left. This ring is
// why; nothing else grows, and 290 bytes are never touched.)
const uint16_t RING_SIZE = 1536;
uint8_t ring[RING_SIZE];
uint16_t ringFirst = 0;   // where the oldest byte stands
uint16_t ringUsed = 0;    // how many bytes wait

// One byte on its way from loop() to the timer, and one back. A flag that is true means: there is a byte to take.
volatile uint8_t toModem;
volatile bool toModemReady = false;
volatile uint8_t fromModem;
volatile bool fromModemReady = false;

void setup() {
  digitalWrite(7, HIGH);        // a quiet line is high; set before D7 becomes an output, so that there is no jolt
  pinMode(7, OUTPUT);
  pinMode(8, INPUT_PULLUP);     // high also when no modem is connected
  pinMode(LED_BUILTIN, OUTPUT);
  Serial.begin(PC_BAUD);

  noInterrupts();
  TCCR1A = 0;                           // timer 1 counts up to OCR1A,
  TCCR1B = _BV(WGM12) | _BV(CS10);      // with every processor clock, and starts again at 0
  OCR1A = TIMER_CLOCKS - 1;
  TCNT1 = 0;
  TIMSK1 = _BV(OCIE1A);                 // each time it does, it calls the function below
  interrupts();
}

ISR(TIMER1_COMPA_vect) {
  // Reading and setting the pins comes first, so that it always happens at the same moment of a call.
  static bool sendHigh = true;
  const bool lineHigh = PINB & _BV(0);        // D8 is bit 0 of port B
  if (sendHigh) PORTD |= _BV(7);              // D7 is bit 7 of port D
  else PORTD &= ~_BV(7);

  // Sending: start bit (low), eight bits with the lowest first, stop bit (high); each lasts three calls.
  static uint16_t sendBits = 0;
  static uint8_t sendCalls = 0;
  if (sendCalls > 0) {
    sendCalls--;
  } else {
    if (sendBits == 0 && toModemReady) {
      sendBits = 0x200 | (uint16_t)toModem << 1;
      toModemReady = false;
    }
    if (sendBits != 0) {
      sendHigh = sendBits & 1;
      sendBits >>= 1;
      sendCalls = 2;
    }
  }

  // Receiving: place 0 waits for a start bit, 1 is the start bit, 2 to 9 are the eight bits, 10 is the stop bit.
  static uint8_t place = 0;
  static uint8_t receiveCalls = 0;
  static uint8_t bits = 0;
  static bool wasHigh = false;
  if (place == 0) {
    if (!lineHigh && wasHigh) {
      place = 1;
      receiveCalls = 1;
    }
    wasHigh = lineHigh;
  } else if (--receiveCalls == 0) {
    receiveCalls = 3;
    if (place == 1) {
      place = lineHigh ? 0 : 2;               // high again already: it was noise, not a start bit
      wasHigh = lineHigh;
    } else if (place < 10) {
      bits >>= 1;
      if (lineHigh) bits |= 0x80;
      place++;
    } else {
      fromModem = bits;                       // passed on as it is, even if the stop bit is wrong: you should see it
      fromModemReady = true;
      place = 0;
      wasHigh = lineHigh;                     // a line that stays low (modem off) begins no new byte
    }
  }
}

void loop() {
  if (fromModemReady && Serial.availableForWrite() > 0) {
    const uint8_t value = fromModem;
    fromModemReady = false;
    Serial.write(value);
  }

  if (ringUsed < RING_SIZE) {
    if (Serial.available() > 0) {
      uint16_t free = ringFirst + ringUsed;
      if (free >= RING_SIZE) free -= RING_SIZE;
      ring[free] = Serial.read();
      ringUsed++;
    }
  } else if (Serial.available() >= SERIAL_RX_BUFFER_SIZE - 1) {
    digitalWrite(LED_BUILTIN, HIGH);          // the light L stays on: the PC sent too much at once, bytes may be lost
  }

  if (ringUsed > 0 && !toModemReady) {
    toModem = ring[ringFirst];
    toModemReady = true;
    if (++ringFirst == RING_SIZE) ringFirst = 0;
    ringUsed--;
  }
}
