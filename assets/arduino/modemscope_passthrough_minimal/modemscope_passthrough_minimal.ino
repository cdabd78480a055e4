// Passes bytes between the USB side and the modem, in ten lines. Modem TXD to D8, modem RXD to D7 (through a divider).
// Open it at 9600, the modem set to 9600 (AT+IPR=9600). Half duplex: send ATE0 first, and send nothing while the modem talks.
// modemscope_passthrough.ino beside this one has none of these limits.
#include <SoftwareSerial.h>
SoftwareSerial modem(8, 7);  // RX, TX
void setup() {
  Serial.begin(9600);
  modem.begin(9600);
}
void loop() {
  if (Serial.available()) modem.write(Serial.read());
  if (modem.available()) Serial.write(modem.read());
}
