// Bytes of numbers and structs, bits, and arguments without names.
#include <SoftwareSerial.h>
#include <stdarg.h>

SoftwareSerial sim(8, 7);

struct Entry {
  const char *command;
  uint16_t wait;
  uint8_t flags;
};

const char at[] PROGMEM = "AT";
const char csq[] PROGMEM = "AT+CSQ";
const Entry entries[] PROGMEM = {
  { at, 100, 0 },
  { csq, 200, 1 },
};

void say(const char *form, ...) {
  char line[32];
  va_list list;
  va_start(list, form);
  vsnprintf(line, sizeof line, form, list);
  va_end(list);
  Serial.println(line);
}

void setup() {
  Serial.begin(115200);
  sim.begin(9600);
  for (uint8_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
    Entry entry;
    memcpy_P(&entry, entries + i, sizeof entry);
    bitSet(entry.flags, 3);
    sim.println((const __FlashStringHelper *)entry.command);
    say("%u %u", entry.wait, entry.flags);
    delay(entry.wait);
    while (sim.available()) sim.read();
  }
  int numbers[4] = { 1, 2, 3, 4 };
  memset(numbers, 0, sizeof numbers / 2);
  say("%d %d", numbers[1], numbers[2]);
  uint32_t wide = 0x41424344;
  sim.write((uint8_t *)&wide, sizeof wide);
  sim.println();
}

void loop() {}
