// How wide numbers are, and where they wrap; flash memory; how numbers are printed.
#include <SoftwareSerial.h>
#include <avr/pgmspace.h>
SoftwareSerial sim(8, 7);
const char kept[] PROGMEM = "AT+KEPT";
const char one[] PROGMEM = "first";
const char two[] PROGMEM = "second";
const char *const names[] PROGMEM = {one, two};
const uint8_t table[] PROGMEM = {3, 141, 59};
char buffer[16];

void setup() {
  sim.begin(9600);
  sim.println("ATE0");
  delay(100);
  byte b = 250;
  b += 10;
  sim.print(b); sim.print(' ');
  int i = 32767;
  i++;
  sim.print(i); sim.print(' ');
  unsigned int u = 0;
  u--;
  sim.print(u); sim.print(' ');
  sim.print(200 * 200); sim.print(' '); sim.print(200L * 200); sim.print(' ');
  long l = 2147483647L;
  sim.print(l); sim.print(' ');
  unsigned long ul = l;
  sim.println(ul + 1);
  int8_t small = 200;
  uint16_t wide = 70000L;
  sim.print(small); sim.print(' '); sim.print(wide); sim.print(' ');
  sim.print(-7 / 2); sim.print(' '); sim.print(-7 % 3); sim.print(' '); sim.print(-8 >> 1); sim.print(' ');
  sim.print(1 << 14); sim.print(' '); sim.println(1UL << 20);
  char c = 'A';
  c++;
  sim.print(c); sim.print(c + 1); sim.print((char)(c + 1)); sim.print((int)c); sim.print(' ');
  sim.print(65, HEX); sim.print(65, OCT); sim.print(65, BIN); sim.print(' ');
  sim.print(1.0 / 3); sim.print(' '); sim.print(2.0 / 3, 5); sim.print(' '); sim.print(-1.005, 2); sim.print(' '); sim.println(7 / 2 * 2.0);
  sim.println(reinterpret_cast<const __FlashStringHelper *>(kept));
  strcpy_P(buffer, (char *)pgm_read_word(&names[1]));
  sim.println(buffer);
  sim.print(pgm_read_byte(&table[1])); sim.print(strlen_P(kept)); sim.print(sizeof(int)); sim.print(sizeof(long)); sim.println(sizeof(double));
  unsigned char shift = 0x81;
  shift = (shift << 1) | (shift >> 7);
  sim.print(shift); sim.print(~shift); sim.print(!shift); sim.print(0x0F ^ 0xFF); sim.println(true ? 1 : 2.5);
  sim.print(lowByte(0x1234)); sim.print(highByte(0x1234)); sim.print(bitRead(5, 2)); sim.print(map(5, 0, 10, 0, 200)); sim.println(constrain(99, 0, 50));
  bool is = 5;
  sim.print(is); sim.print(is + is); sim.print(' '); sim.print(5 > 3 && 2 > 4 || 1); sim.print(' '); sim.println((byte)300);
}
void loop() {}
