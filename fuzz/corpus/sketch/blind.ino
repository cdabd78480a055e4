// A sketch that fails: it sends every 500 ms, whatever the modem says. The server sees a connection and no bytes.
#include <SoftwareSerial.h>

#define SIM800_TX_PIN 8
#define SIM800_RX_PIN 7

SoftwareSerial serialSIM800(SIM800_TX_PIN, SIM800_RX_PIN);

void setup() {
  Serial.begin(9600);
  while (!Serial);
  serialSIM800.begin(9600);
  delay(1000);

  serialSIM800.println("AT");
  delay(500);
  serialSIM800.println("AT+CIPSTART=\"TCP\",\"IP-ADRESS-HERE\",\"9999\"");  // connection works
  delay(500);
  serialSIM800.println("AT+CIPSEND");
  delay(500);
  serialSIM800.print("TEXT MESSAGE HERE");
  delay(500);
  serialSIM800.write(26);
  delay(500);
  serialSIM800.println("AT+CIPCLOSE");
  delay(500);
}

void loop() {
}
