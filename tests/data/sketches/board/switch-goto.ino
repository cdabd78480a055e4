// switch with falling through, labels and goto, static locals, do-while, continue.
#include <SoftwareSerial.h>
SoftwareSerial sim(8, 7);

enum Step { HELLO, ECHO_OFF, SIGNAL, DONE = 9 };

int calls() {
  static int count = 10;
  return count++;
}

Step next(Step step) {
  switch (step) {
    case HELLO: return ECHO_OFF;
    case ECHO_OFF:
    case SIGNAL: {
      if (step == SIGNAL) break;
      return SIGNAL;
    }
    default: return DONE;
  }
  return DONE;
}

void run(Step step) {
  switch (step) {
    case HELLO: sim.print("AT");
    case DONE: sim.println(); break;
    case ECHO_OFF: sim.println("ATE0"); break;
    default: sim.println("AT+CSQ");
  }
}

void setup() {
  Serial.begin(115200);
  sim.begin(9600);
  Step step = HELLO;
again:
  run(step);
  delay(150);
  Serial.println(calls());
  step = next(step);
  if (step != DONE) goto again;
  int n = 0;
  do {
    n++;
    if (n == 2) continue;
    sim.print("AT+N=");
    sim.println(n * calls());
    delay(60);
  } while (n < 4);
}
void loop() {}
