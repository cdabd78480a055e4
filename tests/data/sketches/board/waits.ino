// Waits by the clock: retries, time limits by millis(), a state machine in loop(), answers gathered by hand, a full buffer.
#include <SoftwareSerial.h>
SoftwareSerial sim(8, 7);
String gathered;
byte state = 0;
unsigned long since = 0;
int rounds = 0;

bool answered(const char *wanted, unsigned long limit) {
  gathered = "";
  unsigned long start = millis();
  while (millis() - start < limit) {
    while (sim.available()) gathered += (char)sim.read();
    if (gathered.indexOf(wanted) >= 0) return true;
    if (gathered.indexOf("ERROR") >= 0) return false;
  }
  return false;
}

void setup() {
  Serial.begin(115200);
  sim.begin(9600);
  for (int tries = 0; tries < 3; tries++) {
    sim.println("AT");
    if (answered("OK", 500)) break;
  }
  sim.println("AT+NONSENSE");
  Serial.println(answered("OK", 500));
  sim.println("AT");
  Serial.println(answered("NEVER", 400));
  sim.println("AT+COPS=?");
  delay(300);
  sim.println("ATI;+GMR;+CSQ;+CREG?;+CGATT?");
  delay(600);
  int waiting = sim.available();
  Serial.println(waiting);
  Serial.println(sim.overflow());
  since = millis();
}

void loop() {
  switch (state) {
    case 0:
      if (millis() - since >= 250) {
        sim.println("AT+CSQ");
        since = millis();
        rounds++;
        if (rounds == 3) state = 1;
      }
      break;
    case 1:
      if (millis() - since > 100) {
        while (sim.available()) Serial.write(sim.read());
        state = 2;
      }
      break;
    default: break;
  }
}
