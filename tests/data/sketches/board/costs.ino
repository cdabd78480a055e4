// How long the operations of the language, the core and the C library take, each in tenths of a microsecond.
#include <SoftwareSerial.h>
SoftwareSerial sim(8, 7);

volatile int a = 1234, b = 7, c;
volatile long l = 123456, m = 77, n;
volatile float f = 3.14, g = 1.7, h;
volatile char ch = 'x';
char text[64] = "+CREG: 0,1 and some more of it, up to here OK";
char out[80];
String s = "+CREG: 0,1 and some more", t;
struct Pair { int one; long two; } pairs[4];
int calls;

unsigned long took;
int keep(int x) { calls += x; if (calls > 30000) calls = keep(1); return calls; }
void show(const char *name, unsigned long time, int times) {
  Serial.print(name);
  Serial.print(' ');
  Serial.println(10 * time / times);
  Serial.flush();
}
#define COST(name, times, ...) { unsigned long began = micros(); for (int i = 0; i < times; i++) { __VA_ARGS__; } took = micros() - began; show(name, took, times); }

void setup() {
  Serial.begin(115200);
  sim.begin(9600);
  COST("nothing", 200, c = b)
  COST("int + int", 200, c = a + b)
  COST("int * int", 200, c = a * b)
  COST("int / int", 200, c = a / b)
  COST("int % int", 200, c = a % b)
  COST("long + long", 200, n = l + m)
  COST("long * long", 200, n = l * m)
  COST("long / long", 200, n = l / m)
  COST("long % long", 200, n = l % m)
  COST("float + float", 200, h = f + g)
  COST("float * float", 200, h = f * g)
  COST("float / float", 200, h = f / g)
  COST("comparing int", 200, if (a < b) c = 1; else c = 2)
  COST("comparing long", 200, if (l < m) c = 1; else c = 2)
  COST("shift", 200, c = a >> b)
  COST("array", 200, c = text[b])
  COST("field", 200, c = pairs[b & 3].one)
  COST("call", 200, keep(b))
  COST("millis", 200, n = millis())
  COST("micros", 200, n = micros())
  COST("digitalRead", 100, c = digitalRead(3))
  COST("digitalWrite", 100, digitalWrite(4, HIGH))
  COST("pinMode", 100, pinMode(4, OUTPUT))
  COST("analogRead", 20, c = analogRead(A0))
  COST("sim.available", 100, c = sim.available())
  COST("sim.read", 100, c = sim.read())
  COST("Serial.available", 100, c = Serial.available())
  COST("Serial.read", 100, c = Serial.read())
  COST("delay(0)", 100, delay(0))
  COST("delayMicroseconds(50)", 100, delayMicroseconds(50))
  COST("String = text", 50, t = "hello world")
  COST("String = String", 50, t = s)
  COST("String(text)", 50, String x = "hello world"; c = x.length())
  COST("String(String)", 50, String x = s; c = x.length())
  COST("String(int)", 50, String x = String(a); c = x.length())
  COST("String(long)", 50, String x = String((long)l); c = x.length())
  COST("String(float)", 20, String x = String((float)f, 2); c = x.length())
  COST("String + text", 50, String x = s + "abc"; c = x.length())
  COST("text + String + text", 50, String x = "abc" + s + "def"; c = x.length())
  t = "";
  COST("String += char", 30, t += 'c')
  t = "";
  COST("String += text", 10, t += "four")
  COST("String += int", 10, t += a)
  COST("indexOf text", 50, c = s.indexOf("more"))
  COST("indexOf nothing", 50, c = s.indexOf("OK"))
  COST("indexOf char", 50, c = s.indexOf(','))
  COST("startsWith", 50, c = s.startsWith("+CREG"))
  COST("endsWith", 50, c = s.endsWith("more"))
  COST("String == text", 50, c = s == "+CREG: 0,1")
  COST("substring", 50, String x = s.substring(3, 12); c = x.length())
  COST("toInt", 50, c = String("12345").toInt())
  COST("trim", 50, String x = " ab "; x.trim(); c = x.length())
  COST("replace", 50, String x = s; x.replace("some", "many"); c = x.length())
  COST("toUpperCase", 50, String x = s; x.toUpperCase(); c = x.length())
  COST("toCharArray", 50, s.toCharArray(out, 80))
  COST("charAt", 100, c = s.charAt(b))
  COST("length", 100, c = s.length())
  COST("sprintf text", 20, sprintf(out, "AT+CIPSEND"))
  COST("sprintf %d", 20, sprintf(out, "AT+CIPSEND=%d", a))
  COST("sprintf %s", 20, sprintf(out, "AT+CMGS=\"%s\"", text))
  COST("sprintf %ld", 20, sprintf(out, "%ld", (long)l))
  COST("sprintf %05d %x", 20, sprintf(out, "%05d %x", a, b))
  COST("dtostrf", 20, dtostrf(f, 8, 2, out))
  COST("itoa", 50, itoa(a, out, 10))
  COST("ltoa", 50, ltoa(l, out, 10))
  COST("atoi", 50, c = atoi("12345"))
  COST("atof", 20, h = atof("3.1415"))
  COST("strlen", 50, c = strlen(text))
  COST("strcpy", 50, strcpy(out, text))
  COST("strcmp", 50, c = strcmp(text, "+CREG: 0,2"))
  COST("strstr", 50, c = strstr(text, "OK") != NULL)
  COST("strchr", 50, c = strchr(text, ',') != NULL)
  COST("strcat", 20, strcpy(out, "AT"); strcat(out, "+CSQ"))
  COST("memset", 50, memset(out, 0, sizeof out))
  COST("memcpy", 50, memcpy(out, text, 40))
  COST("isdigit", 100, c = isdigit(ch))
  COST("sqrt", 20, h = sqrt(f))
  COST("random", 20, c = random(100))
  // What stands before a name goes out by these themselves.
  COST("Serial.write", 10, Serial.write('x'))
  COST("Serial.print text", 5, Serial.print("01234"))
  COST("Serial.print int", 5, Serial.print((int)a))
  COST("Serial.println", 5, Serial.println("ab"))
  sim.println("ATE0");
  delay(50);
  while (sim.available()) sim.read();
  COST("sim.write", 10, sim.write('x'))
  COST("sim.print text", 5, sim.print("0123456789"))
  COST("sim.print F", 5, sim.print(F("0123456789")))
  COST("sim.print String", 5, sim.print(s))
  COST("sim.print int", 5, sim.print((int)a))
  COST("sim.print long", 5, sim.print((long)l))
  COST("sim.print float", 5, sim.print((float)f))
}
void loop() {}
