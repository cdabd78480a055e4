// What is read of the answers: find, findUntil, readStringUntil, readBytes, parseInt, peek, time limits.
#include <SoftwareSerial.h>
SoftwareSerial sim(8, 7);

bool ask(const char *command, const char *wanted, unsigned long limit) {
  sim.println(command);
  sim.setTimeout(limit);
  bool found = sim.find((char *)wanted);
  Serial.println(found ? "found" : "not found");
  return found;
}

void setup() {
  Serial.begin(115200);
  sim.begin(9600);
  ask("ATE0", "OK", 1000);
  while (sim.available()) sim.read();
  if (ask("AT+CSQ", "+CSQ:", 1000)) {
    int level = sim.parseInt();
    Serial.println(level);
    sim.find((char *)"OK");
    delay(5);
    sim.print("AT+LEVEL=");
    sim.println(level);
  }
  sim.setTimeout(200);
  Serial.println(sim.readString());
  sim.println("AT+CREG?");
  String line = sim.readStringUntil('\n');
  line = sim.readStringUntil('\n');
  line.trim();
  Serial.println(line);
  sim.find((char *)"OK");
  delay(5);
  if (line.endsWith(",1")) sim.println("AT+HOME"); else sim.println("AT+AWAY");
  char buffer[6];
  int count = sim.readBytes(buffer, 5);
  buffer[count] = 0;
  Serial.print(count);
  Serial.println(buffer);
  delay(100);
  Serial.println(sim.available() > 0 ? "more" : "none");
  while (sim.available()) {
    if (sim.peek() == 'E') { Serial.println("E ahead"); break; }
    sim.read();
  }
  while (sim.available()) sim.read();
  sim.setTimeout(300);
  Serial.println(ask("AT+NOTHING", "WAITED FOR", 300));
  sim.println("AT+CSQ");
  Serial.println(sim.findUntil((char *)"NEVER", (char *)"OK"));
  sim.println("AT");
}
void loop() {}
