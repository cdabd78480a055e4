// String with its methods.
#include <SoftwareSerial.h>
SoftwareSerial sim(8, 7);

void setup() {
  sim.begin(9600);
  sim.println("ATE0");
  delay(100);
  String s = "AT+CSQ";
  sim.println(s);
  delay(100);
  s.toLowerCase();
  s += ':';
  s += 12;
  s.concat(1.5);
  sim.println(s + "," + String(255, HEX) + String(5, BIN) + String(3.14159, 3) + 'c' + 40000UL);
  sim.println(s.length());
  sim.println(s.indexOf('c') + 100 * s.indexOf("sq") + s.indexOf("none") + s.lastIndexOf('.'));
  sim.println(s.substring(3, 6) + "|" + s.substring(7));
  s.replace("csq", "CREG");
  sim.println(s);
  String t = "  12abc  ";
  t.trim();
  sim.print(t); sim.print('|'); sim.print(t.toInt()); sim.print('|'); sim.println(String("2.50x").toFloat());
  sim.print(t == "12abc"); sim.print(t.equals("12")); sim.print(t.equalsIgnoreCase("12ABC")); sim.print(t.startsWith("12"));
  sim.print(t.endsWith("bc")); sim.print(t < String("13")); sim.println(t.compareTo("12abc"));
  t.setCharAt(0, 'X');
  t[1] = 'Y';
  sim.print(t.charAt(2)); sim.print(t[3]); sim.println(t);
  t.remove(1, 2);
  sim.println(t);
  t.toUpperCase();
  char buffer[8];
  t.toCharArray(buffer, sizeof(buffer));
  sim.println(buffer);
  sim.println(t.c_str());
  String line = "+CSQ: 21,0";
  int colon = line.indexOf(':'), comma = line.indexOf(',', colon);
  sim.println(line.substring(colon + 1, comma).toInt() * 2);
  String empty;
  sim.print(empty.length()); sim.print(empty == ""); sim.println(String('z') + String(-7) + String(65));
}
void loop() {}
