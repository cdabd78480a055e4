#include <SoftwareSerial.h>
SoftwareSerial gsm(7, 8);
void setup() { gsm.begin(9600); gsm.println("AT"); }
void loop() {}
